// The little of WebGL2 that both programs need.

/** program compiles two shaders and returns the program with the places of its uniforms and attributes. */
export function program(gl, vertex, fragment) {
  const p = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, '#version 300 es\nprecision highp float;\n' + source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(p, shader);
  }
  gl.linkProgram(p);
  if (!gl.getProgramParameter(p, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(p));
  const at = {};
  for (let i = 0; i < gl.getProgramParameter(p, gl.ACTIVE_UNIFORMS); i++) {
    const {name} = gl.getActiveUniform(p, i);
    at[name] = gl.getUniformLocation(p, name);
  }
  for (let i = 0; i < gl.getProgramParameter(p, gl.ACTIVE_ATTRIBUTES); i++) {
    const {name} = gl.getActiveAttrib(p, i);
    at[name] = gl.getAttribLocation(p, name);
  }
  return {p, at};
}

/** colour reads a CSS colour such as #b2392b or rgb(…) as four bytes. */
export function colour(text) {
  const m = colour.canvas ||= Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  m.clearRect(0, 0, 1, 1);
  m.fillStyle = text;
  m.fillRect(0, 0, 1, 1);
  return m.getImageData(0, 0, 1, 1).data;
}

/** token reads a colour of tokens.css. */
export const token = name => colour(getComputedStyle(document.documentElement).getPropertyValue(name).trim());
