export type Paint = (text: string) => string;

const unpainted: Paint = (text) => text;

interface Cell {
  readonly character: string;
  readonly paint: Paint;
}

/** One line of a drawing: a fixed number of columns, each of which holds one character. */
export class Row {
  readonly #cells: (Cell | undefined)[];

  constructor(columns: number) {
    this.#cells = new Array(columns).fill(undefined);
  }

  /** Writes from `column` on; what would lie outside is left out. */
  write(column: number, text: string, paint: Paint = unpainted): void {
    [...text].forEach((character, index) => {
      const at = column + index;
      if (at >= 0 && at < this.#cells.length) this.#cells[at] = { character, paint };
    });
  }

  fill(from: number, to: number, character: string, paint: Paint = unpainted): void {
    this.write(from, character.repeat(Math.max(0, to - from + 1)), paint);
  }

  isFree(from: number, to: number): boolean {
    return this.#cells.slice(Math.max(0, from), Math.max(0, to)).every((cell) => cell === undefined);
  }

  /** The row as text; neighbours of one paint are painted together. */
  text(): string {
    let text = '';
    let run = '';
    let paint = unpainted;
    for (const cell of [...this.#cells, undefined]) {
      const next = cell?.paint ?? unpainted;
      if (next !== paint) {
        text += run === '' ? '' : paint(run);
        run = '';
        paint = next;
      }
      run += cell?.character ?? ' ';
    }
    return (text + paint(run)).trimEnd();
  }
}
