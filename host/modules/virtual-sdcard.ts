/**
 * Section `[virtual_sdcard]`: prints g-code files of a directory. The print runs in a timer of its own, which exists as long as it prints:
 * a line is run when no other script is, the file position (bytes) counts lines that are done.
 */
import { homedir } from "node:os";
import { join, normalize } from "node:path";
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { PrinterGCodeMacro, Template } from "../gcode/gcode-macro.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { GCodeFileReader, lineBytes, LineCursor } from "./gcode-file-reader.js";
import type { PrintStats } from "./print-stats.js";
import { meantFile, SdcardDirectory } from "./sdcard-directory.js";

const DEFAULT_ERROR_GCODE = `
{% if 'heaters' in printer %}
   TURN_OFF_HEATERS
{% endif %}
`;
/** Seconds between two looks while somebody else runs g-code. */
const BUSY_POLL = 0.1;
/** Seconds between two looks while a pause waits for the line that runs. */
const PAUSE_POLL = 0.001;

export class VirtualSdcard {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly gcode: GCodeDispatch;
  readonly printStats: PrintStats;
  readonly onErrorGcode: Template;
  readonly sdcardDirname: string;
  readonly withSubdirs: boolean;
  currentFile: GCodeFileReader | null = null;
  filePosition = 0;
  fileSize = 0;
  /** Where the line after the one that runs starts; a command may set it. */
  nextFilePosition = 0;
  workTimer: Timer | null = null;
  mustPauseWork = false;
  cmdFromSd = false;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:shutdown", () => this.#handleShutdown());
    this.withSubdirs = config.getBoolean("with_subdirs", { default: false });
    this.sdcardDirname = normalize(config.get("path").replace(/^~(?=\/|$)/, homedir())).replace(/(?<=.)\/$/, "");
    this.printStats = this.printer.loadObject<PrintStats>(config, "print_stats");
    this.reactor = this.printer.getReactor();
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    this.onErrorGcode = macros.loadTemplate(config, "on_error_gcode", DEFAULT_ERROR_GCODE);
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.#registerCommands();
  }

  #registerCommands(): void {
    const gcode = this.gcode;
    gcode.registerCommand("M20", (gcmd) => this.#listFiles(gcmd));
    gcode.registerCommand("M21", (gcmd) => gcmd.respondRaw("SD card ok"));
    gcode.registerCommand("M23", (gcmd) => this.#open(gcmd, () => gcmd.getRawCommandParameters().trim(), this.withSubdirs));
    gcode.registerCommand("M24", () => this.doResume());
    gcode.registerCommand("M25", () => this.doPause());
    gcode.registerCommand("M26", (gcmd) => {
      this.#refuseWhenBusy();
      this.filePosition = gcmd.getInt("S", { minval: 0 });
    });
    gcode.registerCommand("M27", (gcmd) => {
      gcmd.respondRaw(this.currentFile === null ? "Not SD printing." : `SD printing byte ${this.filePosition}/${this.fileSize}`);
    });
    for (const command of ["M28", "M29", "M30"]) {
      gcode.registerCommand(command, (gcmd) => {
        throw gcmd.error("SD write not supported");
      });
    }
    gcode.registerCommand("SDCARD_RESET_FILE", (gcmd) => {
      if (this.cmdFromSd) throw gcmd.error("SDCARD_RESET_FILE cannot be run from the sdcard");
      return this.resetFile();
    }, { desc: "Clears a loaded SD File. Stops the print if necessary" });
    gcode.registerCommand("SDCARD_PRINT_FILE", async (gcmd) => {
      await this.#open(gcmd, () => gcmd.get("FILENAME"), true);
      this.doResume();
    }, { desc: "Loads a SD file and starts the print.  May include files in subdirectories." });
  }

  #handleShutdown(): void {
    if (this.workTimer === null) return;
    this.mustPauseWork = true;
    const start = Math.max(this.filePosition - 1024, 0);
    try {
      const past = this.currentFile!.readText(start, this.filePosition);
      const upcoming = this.currentFile!.readText(this.filePosition, this.filePosition + 128);
      this.printer.log("info", `Virtual sdcard (${start}): ${JSON.stringify(past)}\nUpcoming (${this.filePosition}): ${JSON.stringify(upcoming)}`);
    } catch (error) {
      this.printer.log("error", "virtual_sdcard shutdown read", error);
    }
  }

  stats(_eventTime: number): [boolean, string] {
    return this.workTimer === null ? [false, ""] : [true, `sd_pos=${this.filePosition}`];
  }

  getStatus(_eventTime?: number): { file_path: string | null; progress: number; is_active: boolean; file_position: number; file_size: number } {
    return {
      file_path: this.currentFile === null ? null : this.currentFile.path,
      progress: this.progress(),
      is_active: this.isActive(),
      file_position: this.filePosition,
      file_size: this.fileSize,
    };
  }

  /** Part of the file that is done, 0 to 1. */
  progress(): number {
    return this.fileSize > 0 ? this.filePosition / this.fileSize : 0;
  }

  /** Whether the file is being printed now. */
  isActive(): boolean {
    return this.workTimer !== null;
  }

  // ---- files ----

  /** Names (relative to the directory) and sizes (bytes), sorted without regard to case. @throws CommandError */
  getFileList(checkSubdirs = false): (readonly [name: string, size: number])[] {
    const directory = new SdcardDirectory(this.sdcardDirname);
    if (checkSubdirs) return directory.allGcodeFiles();
    try {
      return directory.topFiles();
    } catch (error) {
      this.printer.log("error", "virtual_sdcard get_file_list", error);
      throw new CommandError("Unable to get file list");
    }
  }

  #listFiles(gcmd: GCodeCommand): void {
    const files = this.getFileList(this.withSubdirs);
    gcmd.respondRaw("Begin file list");
    for (const [name, size] of files) gcmd.respondRaw(`${name} ${size}`);
    gcmd.respondRaw("End file list");
  }

  loadFile(gcmd: GCodeCommand, filename: string, checkSubdirs: boolean): void {
    const names = this.getFileList(checkSubdirs).map(([name]) => name);
    let file: GCodeFileReader;
    try {
      const name = meantFile(names, filename);
      if (name === undefined) throw new Error(`No file '${filename}'`);
      file = new GCodeFileReader(join(this.sdcardDirname, name));
    } catch (error) {
      this.printer.log("error", "virtual_sdcard file open", error);
      throw gcmd.error("Unable to open file");
    }
    gcmd.respondRaw(`File opened: ${filename} Size: ${file.size}`);
    gcmd.respondRaw("File selected");
    this.currentFile = file;
    this.filePosition = 0;
    this.fileSize = file.size;
    this.printStats.setCurrentFile(filename);
    this.printer.sendEvent("virtual_sdcard:load_file");
  }

  async #closeFile(): Promise<boolean> {
    if (this.currentFile === null) return false;
    await this.doPause();
    this.currentFile?.close();
    this.currentFile = null;
    return true;
  }

  async resetFile(): Promise<void> {
    await this.#closeFile();
    this.filePosition = this.fileSize = 0;
    this.printStats.reset();
    this.printer.sendEvent("virtual_sdcard:reset_file");
  }

  #refuseWhenBusy(): void {
    if (this.workTimer !== null) throw new CommandError("SD busy");
  }

  /** Takes up another file, when nothing is printed. */
  async #open(gcmd: GCodeCommand, filenameOf: () => string, checkSubdirs: boolean): Promise<void> {
    this.#refuseWhenBusy();
    await this.resetFile();
    this.loadFile(gcmd, filenameOf().replace(/^\//, ""), checkSubdirs);
  }

  // ---- the print ----

  /** Holds the print and waits until the line that runs is done, unless the caller is that line. */
  async doPause(): Promise<void> {
    if (this.workTimer === null) return;
    this.mustPauseWork = true;
    while (this.workTimer !== null && !this.cmdFromSd) await this.reactor.pause(this.reactor.monotonic() + PAUSE_POLL);
  }

  /** Starts or goes on. @throws CommandError while it prints */
  doResume(): void {
    this.#refuseWhenBusy();
    this.mustPauseWork = false;
    this.workTimer = this.reactor.registerTimer(() => this.#print(), this.reactor.NOW);
  }

  /** Ends the print for good. */
  async doCancel(): Promise<void> {
    if (await this.#closeFile()) this.printStats.noteCancel();
    this.filePosition = this.fileSize = 0;
  }

  /** Byte at which the next line starts. */
  getFilePosition(): number {
    return this.nextFilePosition;
  }

  /** For the command that runs: go on at another byte. */
  setFilePosition(position: number): void {
    this.nextFilePosition = position;
  }

  /** Whether the command that runs comes from the file. */
  isCmdFromSd(): boolean {
    return this.cmdFromSd;
  }

  /** The print from where it stands until it is held, finished or failed. */
  async #print(): Promise<number> {
    this.printer.log("info", `Starting SD card print (position ${this.filePosition})`);
    this.reactor.unregisterTimer(this.workTimer!);
    const cursor = this.#tried("seek", () => new LineCursor(() => this.currentFile!, this.filePosition));
    if (cursor === undefined) {
      this.workTimer = null;
      return this.reactor.NEVER;
    }
    this.printStats.noteStart();
    const failure = await this.#runLines(cursor);
    this.printer.log("info", `Exiting SD card print (position ${this.filePosition})`);
    this.workTimer = null;
    this.cmdFromSd = false;
    // May begin the next print.
    this.#noteEnd(failure);
    return this.reactor.NEVER;
  }

  /** What the print came to: an error with its text, a finished file, or a file that is still open. */
  #noteEnd(failure: string | undefined): void {
    const { printStats } = this;
    if (failure !== undefined) printStats.noteError(failure);
    else if (this.currentFile === null) printStats.noteComplete();
    else printStats.notePause();
  }

  /** Runs lines until the end of the file, a pause or an error, whose text it returns. */
  async #runLines(cursor: LineCursor): Promise<string | undefined> {
    const othersRun = this.gcode.getMutex();
    while (!this.mustPauseWork) {
      if (!cursor.isLoaded) {
        const hasMore = this.#tried("read", () => cursor.load());
        if (hasMore === false) this.#finish();
        if (hasMore !== true) return undefined;
        await this.reactor.pause(this.reactor.NOW);
      } else if (othersRun.test()) {
        await this.reactor.pause(this.reactor.monotonic() + BUSY_POLL);
      } else {
        const line = cursor.take();
        const following = this.filePosition + lineBytes(line);
        this.nextFilePosition = following;
        this.cmdFromSd = true;
        try {
          const pending = this.gcode.runScriptNow(line);
          if (pending !== undefined) await pending;
        } catch (error) {
          return this.#lineFailed(error);
        }
        this.cmdFromSd = false;
        this.filePosition = this.nextFilePosition;
        if (this.filePosition !== following) cursor.jump(this.filePosition);
      }
    }
    return undefined;
  }

  #finish(): void {
    this.currentFile!.close();
    this.currentFile = null;
    this.printer.log("info", "Finished SD card print");
    this.gcode.respondRaw("Done printing file");
  }

  /** The result of work on the file; undefined when the system refuses it, which is told to the log. */
  #tried<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.printer.log("error", `virtual_sdcard ${what}`, error);
      return undefined;
    }
  }

  async #lineFailed(error: unknown): Promise<string | undefined> {
    if (!(error instanceof CommandError)) {
      this.printer.log("error", "virtual_sdcard dispatch", error);
      return undefined;
    }
    try {
      await this.gcode.runScript(this.onErrorGcode.render());
    } catch (failure) {
      this.printer.log("error", "virtual_sdcard on_error", failure);
    }
    return error.message;
  }
}
