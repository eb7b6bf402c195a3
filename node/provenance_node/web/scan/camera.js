// @ts-check
// The camera that looks away from its holder, until it is closed.

/** Why there is no picture: `reason` names the sentence that says so. */
export class CameraError extends Error {
  /** @param {"insecure" | "none" | "refused" | "busy"} reason */
  constructor(reason) {
    super(`the camera cannot be used: ${reason}`);
    this.name = "CameraError";
    this.reason = reason;
  }
}

/** @type {Record<string, "none" | "refused">} */
const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
};

/**
 * Return the stream of the camera. The browser asks its user for leave.
 * @returns {Promise<MediaStream>}
 * @throws {CameraError} There is none, or it may not be used.
 */
export async function openCamera() {
  // `mediaDevices` is missing where the page came over plain http.
  if (!window.isSecureContext) throw new CameraError("insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("none");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        facingMode: { ideal: "environment" },
        width: { ideal: 1280 },
        height: { ideal: 720 },
      },
    });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new CameraError(REASONS[error.name] ?? "busy");
  }
}

/**
 * Stop what `stream` records; the camera's own light goes out.
 * @param {MediaStream} stream
 */
export function closeCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * Return how to switch the light of `stream`, null if it has none.
 * @param {MediaStream} stream
 * @returns {((isOn: boolean) => Promise<void>) | null}
 */
export function torchOf(stream) {
  const [track] = stream.getVideoTracks();
  // Image Capture, section 4: not every browser knows it.
  const can = /** @type {{torch?: boolean}} */ (
    track.getCapabilities?.() ?? {}
  );
  if (!can.torch) return null;
  return (isOn) => {
    /** @type {object} */
    const wanted = { torch: isOn };
    return track.applyConstraints({ advanced: [wanted] });
  };
}

/**
 * Call `look` for each new picture of `video`, one after the other, at most
 * 15 times a second, until it returns false.
 * @param {HTMLVideoElement} video
 * @param {() => Promise<boolean>} look
 */
export async function eachPicture(video, look) {
  for (;;) {
    const start = await nextPicture(video);
    if (!(await look())) return;
    while ((await nextPicture(video)) - start < 66);
  }
}

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<number>} when it is shown, in milliseconds
 */
function nextPicture(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback(resolve);
    } else requestAnimationFrame(resolve);
  });
}
