/**
 * Keeps ONNX Runtime from reporting home. Its Linux build (1.30) resolves a telemetry host and writes
 * `~/.cache/Microsoft/DeveloperTools/.onnxruntime` unless this variable is set when the library loads.
 */

/**
 * Sets the variable for this process and those that it starts. Call on the main thread, before the
 * runtime loads: a worker thread's `process.env` is a copy that native code never sees.
 */
export function silenceRuntime(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
