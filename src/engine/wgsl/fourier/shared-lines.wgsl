// Where the butterflies' lines lie between stages: two halves that are read and written in turns.
var<workgroup> shared_lines: array<vec2f, 2 * LINES * SIZE>;
