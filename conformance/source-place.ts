/** A place in a plugin's own source: what findings and evidence point at. */
export interface SourcePlace {
  file: string;
  line?: number;
}
