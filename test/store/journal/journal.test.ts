import { Journal } from "../../../src/store/journal/journal.ts";
import { type Examinee, exerciseStore } from "../../contract/store.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const options = {
  emit: () => {},
  cacheEntries: 100,
  segmentBytes: 2000,
  retention: { keepMs: 86_400_000, deadMs: Infinity },
};

exerciseStore("the journal on a real disk", async () => {
  const clock = fakeClock();
  return await examine({ folder: tempFolder(), clock });
});

exerciseStore("the journal without its cache, on a disk that loses power", async () => {
  const clock = fakeClock();
  return await onFaultDisk({ disk: new FaultDisk(), clock });
});

async function examine(at: { folder: string; clock: FakeClock }): Promise<Examinee> {
  const store = await Journal.open({ ...options, ...at });
  return {
    store,
    archive: store.archive,
    clock: at.clock,
    reopen: async () => {
      await store.close();
      return await examine(at);
    },
  };
}

async function onFaultDisk(at: { disk: FaultDisk; clock: FakeClock }): Promise<Examinee> {
  const store = await Journal.open({ ...options, ...at, folder: "/data", cacheEntries: 0 });
  return {
    store,
    archive: store.archive,
    clock: at.clock,
    reopen: async () => {
      at.disk.cut();
      at.disk.onWrite = () => undefined;
      return await onFaultDisk(at);
    },
    fillDisk: () => at.disk.onWrite = (_path, bytes) => ({ fault: "ENOSPC", written: Math.floor(bytes / 2) }),
  };
}
