/** Records the microphone, for browsers that can't turn speech into words themselves. */

/** What servers understand, the smallest first. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
/** Nobody means to say more than this to a list; a recording that was forgotten ends. */
const MOST_MS = 120_000;

export interface Recording {
  stop: () => void;
  /** All that was recorded, once it is over. */
  ended: Promise<Blob>;
}

const knownType = (): string | undefined => TYPES.find((type) => MediaRecorder.isTypeSupported(type));

/** Whether this page may ask for the microphone at all: browsers allow it only over a safe connection. */
export const canRecord = (): boolean =>
  typeof MediaRecorder === "function" &&
  typeof navigator.mediaDevices?.getUserMedia === "function" &&
  knownType() !== undefined;

/** Asks for the microphone and records until it is told to stop. */
export async function record(): Promise<Recording> {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = knownType();
  const recorder = new MediaRecorder(microphone, mimeType ? { mimeType } : {});
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise<Blob>((done) => {
    recorder.onstop = () => {
      for (const track of microphone.getTracks()) track.stop();
      done(new Blob(pieces, { type: recorder.mimeType }));
    };
  });
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const timer = setTimeout(stop, MOST_MS);
  void ended.then(() => clearTimeout(timer));
  recorder.start();
  return { stop, ended };
}
