/** The browser's own speech recognition, where there is one. */

interface Heard {
  readonly results: ArrayLike<ArrayLike<{ transcript: string }>>;
}

interface Recognition {
  lang: string;
  interimResults: boolean;
  continuous: boolean;
  onresult: ((event: Heard) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

type RecognitionClass = new () => Recognition;

function recognitionClass(): RecognitionClass | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = globalThis as {
    SpeechRecognition?: RecognitionClass;
    webkitSpeechRecognition?: RecognitionClass;
  };
  return SpeechRecognition ?? webkitSpeechRecognition;
}

export const hasRecognition = (): boolean => recognitionClass() !== undefined;

/** Something that listens until it is told to stop or hears silence. */
export interface Listener {
  stop: () => void;
  /** How it went: the browser's word for what was wrong, or null. */
  ended: Promise<string | null>;
}

/** Listens; `onText` gets all that was heard so far, and may get it corrected. */
export function recognise(language: string, onText: (text: string) => void): Listener {
  const Recognition = recognitionClass();
  if (!Recognition) return { stop: () => undefined, ended: Promise.resolve("service-not-allowed") };
  const ear = new Recognition();
  ear.lang = language;
  ear.interimResults = true;
  ear.continuous = false;
  ear.onresult = ({ results }) => {
    const heard = Array.from(results, (alternatives) => alternatives[0]?.transcript ?? "");
    onText(heard.join("").trim());
  };
  const ended = new Promise<string | null>((done) => {
    ear.onerror = ({ error }) => done(error);
    ear.onend = () => done(null);
  });
  ear.start();
  return { stop: () => ear.stop(), ended };
}
