/** Speech in words. */

import { request } from "./client";

export const canTranscribe = async (): Promise<boolean> =>
  (await request<{ transcribe: boolean }>("GET", "/api/voice")).data.transcribe;

/** What was said in a recording; `language` is the browser's (`en-GB`). */
export const transcribe = async (recording: Blob, language: string): Promise<string> => {
  const path = `/api/voice/transcribe?language=${encodeURIComponent(language)}`;
  return (await request<{ text: string }>("POST", path, { body: recording })).data.text;
};
