// Draws the points of the landscape with WebGL 2: coordinates, colours and rows lie on the GPU and are sent again only
// when they change, so that a zoom sends four numbers. Without WebGL 2 a part of the points is drawn on a 2-D canvas.
import type { PointPicture, PointStyle } from './point-picture.ts';

export interface PointPainter {
  draw(picture: PointPicture): void;
  dispose(): void;
}

/** What a 2-D canvas draws at most. */
export const WITHOUT_WEBGL = 20_000;

const VERTEX = `#version 300 es
in float x;
in float y;
in vec4 tint;
uniform vec2 low;
uniform vec2 perUnit;
uniform float diameter;
uniform float opacity;
uniform vec4 plain;
out vec4 shade;
void main() {
  vec2 place = (vec2(x, y) - low) * perUnit;
  gl_Position = vec4(2.0 * place - 1.0, 0.0, 1.0);
  gl_PointSize = diameter + 1.0;
  vec4 own = mix(tint, vec4(plain.rgb, 1.0), plain.a);
  shade = vec4(own.rgb, own.a * opacity);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 shade;
uniform float diameter;
out vec4 color;
void main() {
  float away = length(gl_PointCoord - 0.5) * (diameter + 1.0);
  float alpha = shade.a * clamp(0.5 * diameter + 0.5 - away, 0.0, 1.0);
  color = vec4(shade.rgb * alpha, alpha);
}`;

const ATTRIBUTES = ['x', 'y', 'tint'] as const;
const UNIFORMS = ['low', 'perUnit', 'diameter', 'opacity', 'plain'] as const;
type Attribute = (typeof ATTRIBUTES)[number];
type Uniform = (typeof UNIFORMS)[number];

export class WebglPoints implements PointPainter {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  /** Places in the program, asked once: a question makes the page wait for the GPU. */
  readonly #attributes: Record<Attribute, number>;
  readonly #uniforms: Record<Uniform, WebGLUniformLocation | null>;
  readonly #buffers = new Map<string, WebGLBuffer>();
  readonly #sent = new Map<string, ArrayBufferView>();

  private constructor(gl: WebGL2RenderingContext, program: WebGLProgram) {
    this.#gl = gl;
    this.#program = program;
    this.#attributes = placesOf(ATTRIBUTES, (name) => gl.getAttribLocation(program, name));
    this.#uniforms = placesOf(UNIFORMS, (name) => gl.getUniformLocation(program, name));
  }

  /** Null where the browser gives no WebGL 2. */
  static on(canvas: HTMLCanvasElement): WebglPoints | null {
    const gl = canvas.getContext('webgl2', { antialias: false, depth: false, premultipliedAlpha: true });
    const program = gl && linked(gl);
    return gl && program && new WebglPoints(gl, program);
  }

  draw({ columns, colors, frame, pixelRatio, layers, atMost }: PointPicture): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    sizeTo(gl.canvas as HTMLCanvasElement, frame, pixelRatio);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.#program);
    this.#attribute('x', columns.x, 1, gl.FLOAT, false);
    this.#attribute('y', columns.y, 1, gl.FLOAT, false);
    this.#attribute('tint', colors, 4, gl.UNSIGNED_BYTE, true);
    const { x, y } = frame.ranges;
    gl.uniform2f(this.#uniforms.low, x[0], y[0]);
    gl.uniform2f(this.#uniforms.perUnit, 1 / (x[1] - x[0]), 1 / (y[1] - y[0]));
    layers.forEach(({ rows, style }, i) => {
      this.#setStyle(style, pixelRatio);
      this.#send(`rows ${i}`, rows, gl.ELEMENT_ARRAY_BUFFER);
      gl.drawElements(gl.POINTS, Math.min(rows.length, atMost), gl.UNSIGNED_INT, 0);
    });
  }

  #setStyle({ diameterPixels, opacity, plain }: PointStyle, pixelRatio: number): void {
    const gl = this.#gl;
    gl.uniform1f(this.#uniforms.diameter, diameterPixels * pixelRatio);
    gl.uniform1f(this.#uniforms.opacity, opacity);
    gl.uniform4f(this.#uniforms.plain, ...(plain ?? [0, 0, 0]), plain ? 1 : 0);
  }

  #attribute(name: Attribute, values: ArrayBufferView, size: number, type: number, normalized: boolean): void {
    const gl = this.#gl;
    const place = this.#attributes[name];
    this.#send(name, values, gl.ARRAY_BUFFER);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, normalized, 0, 0);
  }

  /** Binds the buffer of this name, filled anew where the values are others than before. */
  #send(name: string, values: ArrayBufferView, target: number): void {
    const gl = this.#gl;
    const buffer = this.#buffers.get(name) ?? gl.createBuffer();
    this.#buffers.set(name, buffer);
    gl.bindBuffer(target, buffer);
    if (this.#sent.get(name) === values) return;
    gl.bufferData(target, values, gl.STATIC_DRAW);
    this.#sent.set(name, values);
  }

  dispose(): void {
    this.#sent.clear();
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

function placesOf<K extends string, P>(names: readonly K[], place: (name: K) => P): Record<K, P> {
  return Object.fromEntries(names.map((name) => [name, place(name)])) as Record<K, P>;
}

function linked(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null;
}

export class CanvasPoints implements PointPainter {
  constructor(private readonly canvas: HTMLCanvasElement) {}

  draw({ columns, colors, frame, pixelRatio, layers, atMost }: PointPicture): void {
    const context = this.canvas.getContext('2d');
    if (!context) return;
    sizeTo(this.canvas, frame, pixelRatio);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const { x, y } = frame.ranges;
    const perX = this.canvas.width / (x[1] - x[0]);
    const perY = this.canvas.height / (y[1] - y[0]);
    for (const { rows, style } of layers) {
      const side = style.diameterPixels * pixelRatio;
      for (const row of rows.subarray(0, atMost)) {
        const own = colors.subarray(4 * row, 4 * row + 3);
        const [red, green, blue] = style.plain ? style.plain.map((share) => Math.round(share * 255)) : own;
        context.globalAlpha = style.opacity * (style.plain ? 1 : colors[4 * row + 3] / 255);
        context.fillStyle = `rgb(${red} ${green} ${blue})`;
        const [px, py] = [(columns.x[row] - x[0]) * perX, (y[1] - columns.y[row]) * perY];
        context.fillRect(px - side / 2, py - side / 2, side, side);
      }
    }
  }

  dispose(): void {
    this.canvas.width = this.canvas.height = 0;
  }
}

/** A canvas emptied and sized only when its place has changed. */
function sizeTo(canvas: HTMLCanvasElement, { width, height }: { width: number; height: number }, pixelRatio: number) {
  const [wide, high] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
}
