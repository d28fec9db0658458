using CsCheck;
using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.TestRuns;
using Sentinel.Tests.Daemon;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>Graphs and events that are made up: what holds whatever happens.</summary>
public class DependencyProperties
{
    private static readonly int Graphs = Long.Times(120, 24);
    private static readonly int Most = Long.Times(40, 14);
    private static readonly int Steps = Long.Times(100, 60);

    [Fact]
    public void Nothing_starts_before_its_condition_and_nothing_waits_when_all_hold() =>
        Gen.Select(Gen.Int[2, Most], Gen.Int).Sample(
            (count, seed) => new World(count, new Random(seed)).Live(Steps), iter: Graphs, threads: 1);

    private sealed class World : IDisposable
    {
        private readonly MadeUpSentinel _sentinel = new();
        private readonly Random _random;
        private readonly string[] _names;
        private MadeUpDaemon _daemon;
        private IReadOnlyDictionary<int, ProcessRecord> _before = new Dictionary<int, ProcessRecord>();

        public World(int count, Random random)
        {
            _random = random;
            _names = [.. Enumerable.Range(0, count).Select(i => $"p{i}")];
            _daemon = Another();
            for (var i = 0; i < count; i++)
                _daemon.Do(new Request.Run(Any(i)));
        }

        public void Live(int steps)
        {
            using var world = this;
            for (var step = 0; step < steps; step++)
            {
                Happens();
                _daemon.Loop.Run(TimeSpan.FromMilliseconds(_random.Next(3) == 0 ? 40_000 : 10));
                Check();
            }
        }

        private MadeUpDaemon Another()
        {
            var daemon = new MadeUpDaemon(_sentinel);
            daemon.Store.Saved = state => CheckStarts(state.Processes);
            daemon.Start();
            return daemon;
        }

        private RunRequest Any(int i)
        {
            var request = MadeUpSentinel.Request(_names[i], (RestartRule)_random.Next(3));
            var needs = Enumerable.Range(0, i).OrderBy(_ => _random.Next()).Take(_random.Next(4)).ToList();
            var split = _random.Next(needs.Count + 1);
            return request with
            {
                Spec = request.Spec with
                {
                    IsCalledTask = _random.Next(4) == 0,
                    Readiness = _random.Next(2) == 0 ? new Readiness(Probe.Notify, TimeSpan.Zero) : null,
                    Needs = [.. needs.Take(split).Select(other => new Need(_names[other])
                    {
                        IsOptional = _random.Next(5) == 0, Restarts = _random.Next(4) == 0,
                    }).Select(need => need with { IsBound = !need.IsOptional && _random.Next(5) == 0 })],
                    After = [.. needs.Skip(split).Select(other => _names[other])],
                },
            };
        }

        private void Happens()
        {
            var some = new Selection.Named([.. _names.OrderBy(_ => _random.Next()).Take(1 + _random.Next(3))]);
            var running = _daemon.Store.Read().Processes.Values.Where(record => record.State is RunState.Running).OrderBy(_ => _random.Next()).ToList();
            switch (_random.Next(10))
            {
                case 0 or 1:
                    _daemon.Do(new Request.Start(some, null));
                    break;
                case 2:
                    Stop(new Request.Stop(some, StopOptions.Default, WithDependents: _random.Next(2) == 0));
                    break;
                case 3:
                    _daemon.Do(new Request.Restart(some, StopOptions.Default, null));
                    break;
                case 4 or 5 when running.Count > 0:
                    _daemon.Main(running[0].Spec.Name).End(_random.Next(3) == 0 ? 0x0100 : 0);
                    break;
                case 6 or 7 or 8:
                    foreach (var record in running.Where(record => record.State is RunState.Running { IsReady: false }).Take(1 + _random.Next(3)))
                        _daemon.Itself.Note(record, new ProcessEvent.Ready());
                    break;
                case 9 when _random.Next(3) == 0:
                    _daemon.Loop.Kill();
                    _daemon = Another();
                    break;
            }
        }

        // What needs another has ended before that is told to.
        private void Stop(Request.Stop stop)
        {
            var told = new List<string>();
            foreach (var record in _daemon.Store.Read().Processes.Values.Where(record => record.State is RunState.Running))
                _daemon.Main(record.Spec.Name).OnSignal = _ => told.Add(record.Spec.Name);
            var stopped = _daemon.Do(stop).OfType<Outcome.Stopped>().Select(outcome => outcome.Target).ToHashSet();
            foreach (var record in _daemon.Store.Read().Processes.Values.Where(record => stopped.Contains(record.Spec.Name) && told.Contains(record.Spec.Name)))
                foreach (var needed in record.Spec.Needs.Where(need => stopped.Contains(need.Name) && told.Contains(need.Name)))
                    Assert.True(told.IndexOf(record.Spec.Name) < told.IndexOf(needed.Name), $"{needed.Name} was told before {record.Spec.Name}");
        }

        private void Check()
        {
            var after = _daemon.Store.Read().Processes;
            var dependencies = new Dependencies(after.Values);
            Assert.Null(_daemon.LastError);
            foreach (var record in after.Values)
            {
                var live = _sentinel.Machine.Processes.Count(process => process.Cookie == record.RunCookie && !process.HasEnded);
                Assert.True(live <= 1, $"{record.Spec.Name} runs {live} times");
                if (record.State is RunState.Waiting)
                    Assert.False(dependencies.Allow(record), $"{record.Spec.Name} waits for nothing");
            }
        }

        // With each state that is written: what a start needs held before it, or began to with the same change.
        private void CheckStarts(IReadOnlyDictionary<int, ProcessRecord> after)
        {
            foreach (var record in after.Values.Where(record => record.RunNumber != (_before.GetValueOrDefault(record.Id)?.RunNumber ?? 0)))
                foreach (var needed in record.Spec.Needs.Where(need => !need.IsOptional).Select(need => after.Values.Single(other => other.Spec.Name == need.Name)))
                    Assert.True(
                        Held(needed) || (_before.TryGetValue(needed.Id, out var earlier) && Held(earlier)),
                        $"{record.Spec.Name} was started without {needed.Spec.Name}, which is {needed.Word}");
            _before = after;
        }

        private static bool Held(ProcessRecord needed) => needed.Spec.IsTask ? needed.IsDone : needed.State.CurrentRun is { IsReady: true };

        public void Dispose() => _sentinel.Dispose();
    }
}
