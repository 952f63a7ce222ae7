//! Charts as themed SVG with hover points. Pure: one input, one picture.
