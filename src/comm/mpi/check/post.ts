import { deserialize, serialize } from "node:v8";
import { CALL } from "../../calls.js";
import { ANY_SOURCE, ANY_TAG } from "../../comm.js";
import { UINT8 } from "../../elements.js";
import type { Request } from "../../request.js";
import type { Transport } from "../../transport.js";
import type { Letter } from "./letters.js";

/** Letters between the ranks of the world. Those from one rank to another come in order. */
export class Post {
  private leaving: Request<void>[] = [];

  /** @param lane a communicator of all ranks on which nothing else happens */
  constructor(private readonly lane: Transport) {}

  /** Sends without waiting. */
  send(dest: number, letter: Letter): void {
    this.leaving.push(this.lane.isend(CALL.nothing, UINT8, serialize(letter), dest, 0));
  }

  /** Sends to all other ranks. */
  publish(letter: Letter): void {
    for (let r = 0; r < this.lane.size; r++) if (r !== this.lane.rank) this.send(r, letter);
  }

  /** The next letter, if one has come. */
  receive(): { readonly source: number; readonly letter: Letter } | undefined {
    const found = this.lane.iprobe(ANY_SOURCE, ANY_TAG);
    if (found === undefined) return undefined;
    const bytes = new Uint8Array(found.bytes);
    this.lane.recv(CALL.nothing, UINT8, bytes, found.source, found.tag);
    return { source: found.source, letter: deserialize(bytes) as Letter };
  }

  /** Whether all letters have left. */
  isSent(): boolean {
    this.leaving = this.leaving.filter((request) => !request.test());
    return this.leaving.length === 0;
  }
}
