// Resolves CSS colours for libraries that accept only hexadecimal notation.

let context;

/** Returns the colour of a custom property at `element` as `#rrggbb`, for any CSS colour notation. */
export function color(element, property, fallback) {
  const probe = document.createElement("span");
  probe.style.color = `var(${property}, ${fallback})`;
  probe.hidden = true;
  element.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  // A canvas accepts every CSS notation and returns the colour of a drawn pixel.
  context ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = fallback;
  context.fillStyle = computed;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
