/** Draws rows of text as a picture, as a table looks: the first row is its head. One row of one text is a number. */
export function pictureOf(title: string, rows: string[][], number: boolean): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (pen === null) return Promise.resolve(null);
  const look = getComputedStyle(document.documentElement);
  const colour = (name: string) => look.getPropertyValue(name).trim();
  const family = getComputedStyle(document.body).fontFamily;
  const fonts = { title: `600 16px ${family}`, head: `600 13px ${family}`, cell: `400 13px ${family}`, number: `600 36px ${family}` };
  const [pad, line] = [16, 32];
  const measure = (text: string, font: string) => {
    pen.font = font;
    return Math.ceil(pen.measureText(text).width);
  };
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r, n) => measure(r[i] ?? '', number ? fonts.number : n === 0 ? fonts.head : fonts.cell))) + 24);
  const width = Math.max(measure(title, fonts.title), widths.reduce((a, b) => a + b, 0)) + 2 * pad;
  const height = 2 * pad + line + (number ? 48 : rows.length * line);
  const scale = 2;
  [canvas.width, canvas.height] = [Math.min(width * scale, 8192), Math.min(height * scale, 8192)];
  pen.scale(scale, scale);
  pen.fillStyle = colour('--panel');
  pen.fillRect(0, 0, width, height);
  pen.textBaseline = 'middle';
  const ink = getComputedStyle(document.body).color;
  const write = (text: string, font: string, x: number, y: number) => {
    pen.font = font;
    pen.fillStyle = ink;
    pen.fillText(text, x, y);
  };
  write(title, fonts.title, pad, pad + line / 2);
  rows.forEach((row, n) => {
    const top = pad + line + n * line;
    if (!number) {
      pen.fillStyle = colour('--line');
      pen.fillRect(pad, top, width - 2 * pad, 1);
    }
    let x = pad;
    row.forEach((text, i) => {
      const font = number ? fonts.number : n === 0 ? fonts.head : fonts.cell;
      const last = !number && i === row.length - 1; // the count stands at the end of its column
      write(text, font, last ? width - pad - measure(text, font) : x, top + (number ? 24 : line / 2));
      x += widths[i] ?? 0;
    });
  });
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
