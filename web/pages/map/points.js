// All points, in one draw call.
import {program} from './gl.js';

/** Marks of a point. */
export const SELECTED = 1, MATCH = 2, HIDDEN = 4;

const vertex = `
uniform vec2 scale, offset;
uniform float mixed, size, dimmed;
uniform sampler2D palette;
in vec2 before, after;
in float category, mark;
out vec4 colour;
out float ring, pixel;
void main() {
  int marks = int(mark);
  bool selected = (marks & ${SELECTED}) != 0, match = (marks & ${MATCH}) != 0;
  colour = texelFetch(palette, ivec2(int(category), 0), 0);
  bool out_of_it = dimmed > 0.0 && !selected && !match;
  if (out_of_it) colour.a *= 0.22;
  ring = selected ? 1.0 : 0.0;
  gl_PointSize = size * (selected || match ? 1.7 : 1.0) + (selected ? 3.0 : 0.0);
  gl_Position = vec4(mix(before, after, mixed) * scale + offset, selected ? -0.5 : match ? -0.4 : 0.0, 1.0);
  if ((marks & ${HIDDEN}) != 0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  pixel = gl_PointSize;
}`;

const fragment = `
uniform vec4 ink;
in vec4 colour;
in float ring, pixel;
out vec4 result;
void main() {
  float far = length(gl_PointCoord - 0.5) * pixel, edge = pixel * 0.5;
  float cover = pixel < 2.5 ? 1.0 : clamp(edge - far + 0.5, 0.0, 1.0);
  if (cover <= 0.0) discard;
  vec4 c = ring > 0.0 && far > edge - 2.0 ? ink : colour;
  result = vec4(c.rgb, c.a * cover);
  result.rgb *= result.a;
}`;

export class Points {
  constructor(gl) {
    this.gl = gl;
    this.program = program(gl, vertex, fragment);
    this.array = gl.createVertexArray();
    this.buffers = {before: gl.createBuffer(), after: gl.createBuffer(), category: gl.createBuffer(), mark: gl.createBuffer()};
    this.palette = gl.createTexture();
    this.count = 0;
    const {at} = this.program;
    gl.bindVertexArray(this.array);
    for (const [name, numbers, type, normal] of [['before', 2, gl.UNSIGNED_SHORT, true], ['after', 2, gl.UNSIGNED_SHORT, true], ['category', 1, gl.UNSIGNED_BYTE, false], ['mark', 1, gl.UNSIGNED_BYTE, false]]) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(at[name]);
      gl.vertexAttribPointer(at[name], numbers, type, normal, 0, 0);
    }
    gl.bindVertexArray(null);
  }

  /** set replaces one of the lists: before, after, category or mark. */
  set(name, list) {
    const {gl} = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, list, name === 'mark' ? gl.DYNAMIC_DRAW : gl.STATIC_DRAW);
    if (name === 'after') this.count = list.length / 2;
  }

  /** colours takes 256 colours of four bytes. */
  colours(bytes) {
    const {gl} = this;
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  draw({scale, offset, size, mixed, dimmed, ink}) {
    const {gl, program: {p, at}} = this;
    gl.useProgram(p);
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.uniform1i(at.palette, 0);
    gl.uniform2f(at.scale, ...scale);
    gl.uniform2f(at.offset, ...offset);
    gl.uniform1f(at.mixed, mixed);
    gl.uniform1f(at.size, size);
    gl.uniform1f(at.dimmed, dimmed ? 1 : 0);
    gl.uniform4f(at.ink, ...ink);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }
}
