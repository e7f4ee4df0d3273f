/**
 * Reads QR codes in pictures: by the browser where it can, else by ZXing (WebAssembly), which is
 * fetched from this site only then.
 * @param {string} wasm address of zxing_reader.wasm
 * @returns {Promise<(source: CanvasImageSource & ImageBitmapSource) => Promise<string[]>>}
 */
export async function qrReader(wasm) {
  const detector = await ownDetector() ?? await fallback(wasm)
  return async (source) => {
    const found = await detector.detect(source).catch(() => [])
    return found.map(({ rawValue }) => rawValue)
  }
}

async function ownDetector() {
  const Own = /** @type {any} */ (window).BarcodeDetector
  if (!Own) return null
  const formats = await Own.getSupportedFormats().catch(() => [])
  return formats.includes("qr_code") ? new Own({ formats: ["qr_code"] }) : null
}

async function fallback(wasm) {
  const { BarcodeDetector, prepareZXingModule } = await import("barcode-detector/ponyfill")
  prepareZXingModule({
    overrides: { locateFile: (path, prefix) => path.endsWith(".wasm") ? wasm : prefix + path },
  })
  return new BarcodeDetector({ formats: ["qr_code"] })
}
