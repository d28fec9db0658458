using CsCheck;
using Sentinel.Core.Home;
using Sentinel.Core.Store;
using Sentinel.Model;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Store;

public sealed class PowerLossTests
{
    // A command may save what it has decided for now; then it acts, and saves. The power may fail while it acts.
    [Fact]
    public void Whenever_the_power_fails_the_state_is_no_older_than_what_was_saved() =>
        Gen.Select(Gen.Bool.Array[0, 6], Gen.Bool, Gen.Int[0, 4], Gen.Double[0, 1]).Sample((commands, isActing, steps, part) =>
        {
            using var folder = new TemporaryFolder();
            var disk = new Disk();
            var store = new StateStore(new SentinelHome(folder.Path), disk, new Clock(), _ => { });
            var saved = 1;
            foreach (var savesForNow in commands)
                using (var transaction = store.Begin())
                {
                    if (savesForNow)
                    {
                        transaction.State = Numbered(++saved);
                        transaction.SaveForNow();
                    }

                    transaction.State = Numbered(++saved);
                    transaction.Save();
                }

            if (isActing)
                using (var transaction = store.Begin())
                {
                    transaction.State = Numbered(saved + 1);
                    transaction.SaveForNow();
                }

            disk.LosePower(steps, part);

            Assert.InRange(store.Read().NextId, saved, isActing ? saved + 1 : saved);
        });

    private static State Numbered(int number) => State.Empty with { NextId = number };
}
