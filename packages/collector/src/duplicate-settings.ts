/** What is done with copies of one packet that come from several agents. Plain values: they cross over to a worker. */
export interface DuplicateSettings {
  /** Copies are seen at most so far apart; 0: every packet is kept. */
  windowMs: number;
  /** Also what one agent sends twice within the window is a copy. */
  sameAgent: boolean;
  /** Node names and capture ids of agents whose packets are neither dropped as copies nor make others copies of them. */
  exceptNodes: readonly string[];
}

export const DEFAULT_DUPLICATES: DuplicateSettings = { windowMs: 50, sameAgent: false, exceptNodes: [] };
