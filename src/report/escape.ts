/**
 * Makes text from a program safe to show: control characters, escape sequences, line separators and characters that
 * change the direction of writing are spelled out, so that it can neither act on a terminal nor imitate our lines.
 */
export function escapeControls(text: string): string {
  return text.replace(dangerous, (character) => {
    if (character === '\t') return '  ';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

// C0 and C1 controls, DEL, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, BOM, lone
// surrogates, interlinear and tag characters.
const dangerous =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udc7f]/g;
