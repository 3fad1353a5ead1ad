/**
 * The composition root: opens the rooms, joins them by passing functions, and takes them down in order. What
 * becomes of a stored event stands in `join-path.ts`; how it gets into the store, in `accept/accept.ts`.
 */
import { createAccept } from "../accept/accept.ts";
import { Awaited } from "../accept/awaited.ts";
import { PublicListener } from "../accept/listener.ts";
import { systemClock } from "../clock.ts";
import { urlOf } from "../config.ts";
import { ensureDevSecret } from "./dev-secret.ts";
import { HookdError } from "../errors.ts";
import type { DiscoveryThread } from "../execute/discovery-thread.ts";
import { HandlerPool } from "../execute/handler-pool.ts";
import { joinPath, slotsOf } from "./join-path.ts";
import { needsRestart } from "./needs-restart.ts";
import type { Emit } from "../ports.ts";
import { type Project, requireProject } from "./project.ts";
import { publicApi } from "./public-api.ts";
import { reconcile, Redeliver } from "../settle/redeliver.ts";
import { openStores, type Stores } from "./stores.ts";
import { tuneEngine } from "./tune-engine.ts";
import { packageVersion } from "../version.ts";
import { AdminListener } from "../watch/admin.ts";
import { Watch } from "../watch/watch.ts";

/** After the drain deadline, how long handlers have to heed `context.signal`. */
const ABORT_GRACE_MS = 1000;

export interface DaemonOptions {
  configFile: string;
  /** Make a secret where none is set. */
  dev: boolean;
  /** For the start; it is ended here. */
  thread?: DiscoveryThread | undefined;
}

/** Starts a daemon; resolves when it is ready. Rejects with a `HookdError`, and then nothing is left open. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  tuneEngine();
  const { devSecret, project } = await readOnce(options).finally(() => options.thread?.worker.terminate());
  const daemon = new Daemon({ configFile: options.configFile, devSecret, project });
  try {
    await daemon.open();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  return daemon;
}

async function readOnce({ configFile, dev, thread }: DaemonOptions) {
  const made: { devSecret?: string } = {};
  const make = async (dataDir: string) => made.devSecret = await ensureDevSecret(dataDir);
  const project = await requireProject(configFile, { devSecret: dev ? make : undefined, thread });
  return { devSecret: made.devSecret, project };
}

export class Daemon {
  readonly devSecret: string | undefined;
  readonly #configFile: string;
  readonly #clock = systemClock;
  readonly #awaited = new Awaited(systemClock);
  readonly #watch: Watch;
  readonly #emit: Emit;
  #project: Project;
  #stores: Stores | undefined;
  #pool: HandlerPool | undefined;
  #dispatcher: ReturnType<typeof joinPath> | undefined;
  #listener: PublicListener | undefined;
  #admin: AdminListener | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: { configFile: string; devSecret: string | undefined; project: Project }) {
    this.#configFile = options.configFile;
    this.devSecret = options.devSecret;
    this.#project = options.project;
    this.#watch = new Watch({
      clock: systemClock,
      version: packageVersion(),
      project: () => this.#project,
      status: () => this.#stores?.store.status(),
      deadLetters: () => this.#stores?.deadLetters.count() ?? 0,
      letterDamage: () => this.#stores?.deadLetters.damage ?? [],
      threads: () => this.#pool?.threads() ?? { idle: 0, busy: 0, starting: 0 },
      draining: () => this.#draining !== undefined,
    });
    this.#emit = this.#watch.emit;
  }

  /** `http://host:port` as bound. */
  get publicUrl(): string {
    return urlOf(this.#listener?.address);
  }

  get adminUrl(): string {
    return urlOf(this.#admin?.address);
  }

  /** Opens everything in the order of need; the listener last, so that the first request finds all of it. */
  async open(): Promise<void> {
    const { config, routes, warnings } = this.#project;
    this.#emit({ kind: "started", detail: { config: this.#configFile, data: config.dataDir } });
    for (const warning of warnings) this.#emit({ kind: "config-warning", message: warning });
    const stores = this.#stores = await openStores({ config, routes, clock: this.#clock, emit: this.#emit });
    const died = await reconcile({ ...stores, clock: this.#clock });
    this.#pool = await this.#openPool(this.#project);
    this.#dispatcher = joinPath({
      ...stores,
      died,
      awaited: this.#awaited,
      project: () => this.#project,
      pool: () => this.#pool!,
      clock: this.#clock,
      random: Math.random,
      emit: this.#emit,
    });
    this.#admin = await this.#openAdmin(stores);
    const { listen: address, limits } = config;
    const handle = this.#accept(stores);
    this.#listener = await PublicListener.open({ address, limits, handle, emit: this.#emit });
    this.#dispatcher.start();
    this.#emit({ kind: "ready", detail: { public: this.publicUrl, admin: this.adminUrl } });
  }

  /** Takes up changed config and handlers. Rejects, and keeps the old ones, if the new are faulty. */
  async reload(): Promise<void> {
    try {
      const next = await requireProject(this.#configFile, { devSecret: this.devSecret });
      const fixed = needsRestart(this.#project, next);
      if (fixed.length > 0) throw new HookdError("ERR_CONFIG_INVALID", `These need a restart: ${fixed.join(", ")}`);
      const pool = await this.#openPool(next);
      const old = this.#pool;
      this.#project = next;
      this.#pool = pool;
      this.#dispatcher!.resize(slotsOf(next.config));
      this.#watch.tune(next.config);
      void this.#retire(old!);
      this.#emit({
        kind: "reloaded",
        detail: { handlers: next.handlerFolder.files.length, sources: next.config.sources.length },
      });
    } catch (error) {
      if (error instanceof HookdError) this.#emit({ kind: "reload-failed", message: error.message });
      throw error;
    }
  }

  /** Refuses new requests, lets attempts finish within `limits.drain`, then closes; what is unfinished is in the store. */
  drain(): Promise<void> {
    return this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    const { drainMs } = this.#project.config.limits;
    this.#emit({ kind: "draining", detail: { running: this.#dispatcher?.running ?? 0, limit_ms: drainMs } });
    this.#listener?.stopAccepting();
    const drained = this.#dispatcher?.drain() ?? Promise.resolve();
    if (!(await this.#within(drainMs, drained))) {
      this.#pool?.abortAll();
      await this.#within(ABORT_GRACE_MS, drained);
    }
    await this.close();
    this.#emit({ kind: "stopped" });
    this.#watch.close();
  }

  /** Ends everything now, in the reverse order of opening. Whatever runs is in the store and runs again. */
  async close(): Promise<void> {
    this.#awaited.close();
    await this.#pool?.close();
    // On a disk that refuses, a settlement would be tried for ever: it ends when the store closes.
    await this.#within(ABORT_GRACE_MS, this.#dispatcher?.drain() ?? Promise.resolve());
    await this.#listener?.close(ABORT_GRACE_MS);
    await this.#admin?.close();
    await this.#stores?.close();
  }

  #accept({ store }: Stores) {
    return createAccept({
      clock: this.#clock,
      emit: this.#emit,
      store,
      routes: () => this.#project.routes,
      handlers: () => this.#project.handlers,
      limits: () => this.#project.config.limits,
      awaited: this.#awaited,
      draining: () => this.#draining !== undefined,
    });
  }

  #openAdmin(stores: Stores): Promise<AdminListener> {
    const redeliver = new Redeliver({ ...stores, clock: this.#clock });
    return AdminListener.open({
      ...stores,
      listen: this.#project.config.admin.listen,
      redeliver,
      metrics: this.#watch.metrics,
      health: this.#watch.health,
      config: () => this.#project.config,
      version: packageVersion(),
      publicApi: () => ({ ...publicApi(this.#project), url: this.#project.config.publicUrl ?? this.publicUrl }),
      emit: this.#emit,
    });
  }

  #openPool({ config, handlerFolder: handlers }: Project): Promise<HandlerPool> {
    return HandlerPool.open({ handlers, pool: config.pool, emit: this.#emit, clock: this.#clock });
  }

  /** A pool that was replaced ends when nothing runs in it. */
  async #retire(pool: HandlerPool): Promise<void> {
    while (pool.threads().busy > 0) await new Promise<void>((resolve) => this.#clock.after(100, resolve));
    await pool.close();
  }

  async #within(ms: number, work: Promise<void>): Promise<boolean> {
    let cancel = () => {};
    const deadline = new Promise<boolean>((resolve) => cancel = this.#clock.after(ms, () => resolve(false)));
    return await Promise.race([work.then(() => true), deadline]).finally(cancel);
  }
}
