// Colours of the page for libraries that only know plain ones.

let brush;

/** Returns what a custom property means as a colour at `element`, as `#rrggbb`, whatever notation it is in. */
export function color(element, property, fallback) {
  const probe = document.createElement("span");
  probe.style.color = `var(${property}, ${fallback})`;
  probe.hidden = true;
  element.append(probe);
  const written = getComputedStyle(probe).color;
  probe.remove();
  // A canvas knows every notation the style sheet knows, and answers in points.
  brush ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = fallback;
  brush.fillStyle = written;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
