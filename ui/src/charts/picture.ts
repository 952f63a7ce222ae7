// The core's SVG as an element, and as a PNG in the colours it has on the screen.

/** Twice as many dots as on the screen: charts are drawn at that size anyhow. */
const density = 2;
/** Around the chart in the PNG, px. */
const margin = 16;

/** What the style sheet decides and a picture outside of the page needs. */
const inherited = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "font-family", "font-size", "font-variant-numeric"] as const;

/** Reads it as XML: nothing in it can become script. */
export function asElement(svg: string): SVGSVGElement | null {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return root instanceof SVGSVGElement ? (document.importNode(root, true) as SVGSVGElement) : null;
}

/** A copy that looks the same without the page's style sheets. */
function resolved(shown: SVGSVGElement): SVGSVGElement {
  const copy = shown.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  [shown, ...shown.querySelectorAll<SVGElement>("*")].forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of inherited) copies[index]?.setAttribute(name, style.getPropertyValue(name));
  });
  return copy;
}

function loaded(address: string): Promise<HTMLImageElement> {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => fail(new Error("the picture could not be read"));
    image.src = address;
  });
}

/** A PNG on the page's own ground. */
export async function asPng(shown: SVGSVGElement): Promise<Blob> {
  const { width, height } = shown.getBoundingClientRect();
  const copy = resolved(shown);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  try {
    const image = await loaded(address);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round((width + 2 * margin) * density);
    canvas.height = Math.round((height + 2 * margin) * density);
    const pen = canvas.getContext("2d");
    if (pen === null) throw new Error("no canvas");
    pen.scale(density, density);
    pen.fillStyle = getComputedStyle(shown.closest(".panel") ?? document.body).backgroundColor;
    pen.fillRect(0, 0, width + 2 * margin, height + 2 * margin);
    pen.drawImage(image, margin, margin, width, height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob === null ? fail(new Error("no picture")) : done(blob)), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the browser. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
