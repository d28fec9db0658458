using CsCheck;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.TestRuns;

namespace Sentinel.Tests.Policy;

/// <summary>The gate by itself, over made-up graphs and events, against a model that asks each condition in the plainest way.</summary>
public sealed class GateProperties
{
    private static readonly int Graphs = Long.Times(500, 20);
    private static readonly int Most = Long.Times(200, 40);
    private static readonly int Steps = Long.Times(2_000, 300);

    [Fact]
    public void It_lets_start_what_may_and_nothing_else() =>
        Gen.Select(Gen.Int[2, Most], Gen.Int).Sample((count, seed) => new World(count, new Random(seed)).Live(Steps), iter: Graphs);

    private sealed class World
    {
        private static readonly Condition[] OfServices = [.. new[] { "started", "ready", "ended", "port", "log:up" }.Select(Condition.Parse)];
        private static readonly Condition[] OfTasks = [.. new[] { "started", "done", "ended", "file:x" }.Select(Condition.Parse)];

        private readonly Random _random;
        private readonly ProcessRecord[] _all;
        private readonly Dictionary<string, int> _places = [];
        private DateTimeOffset _now = Sample.Start;

        public World(int count, Random random)
        {
            (_random, _all) = (random, new ProcessRecord[count]);
            for (var i = 0; i < count; i++)
            {
                var spec = Sample.Record.Spec with
                {
                    Name = $"p{i}",
                    Restart = (RestartRule)random.Next(3),
                    IsCalledTask = random.Next(4) == 0,
                    Readiness = random.Next(2) == 0 ? new Readiness(Probe.Notify, TimeSpan.Zero) : null,
                };
                _places[spec.Name] = i;
                _all[i] = Sample.Record with { Id = i + 1, Spec = spec, State = new RunState.Stopped(_now) };
                _all[i] = _all[i] with { Spec = spec with { Needs = [.. Any(i)] } };
            }
        }

        public void Live(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                _now += TimeSpan.FromSeconds(_random.Next(40));
                Happens(_random.Next(_all.Length));
                while (Starts())
                {
                }

                foreach (var record in _all.Where(record => record.State is RunState.Waiting))
                    Assert.False(MayStart(record), $"{record.Spec.Name} waits for nothing");
            }
        }

        // Only those before it: so there is no circle.
        private IEnumerable<Need> Any(int i) => Enumerable.Range(0, i).OrderBy(_ => _random.Next()).Take(_random.Next(4)).Select(other => new Need(
            $"p{other}", _random.Next(2) == 0 ? null : _all[other].Spec.IsTask ? OfTasks[_random.Next(OfTasks.Length)] : OfServices[_random.Next(OfServices.Length)])
        {
            IsOptional = _random.Next(5) == 0,
        });

        private void Happens(int i)
        {
            switch (_random.Next(8))
            {
                case 0 or 1:
                    var wanted = new[] { _all[i] };
                    foreach (var record in wanted.Concat(new Dependencies(_all).ToStartWith(wanted)).Where(record => record.State.IsOver && (record.Id == i + 1 || !record.IsDone)))
                        Become(record, new ProcessEvent.MustWait());
                    break;
                case 2:
                    Become(_all[i], new ProcessEvent.StopRequested());
                    if (_all[i].State is RunState.Stopping)
                        Become(_all[i], new ProcessEvent.Ended(new Exit.Code(0), Witnessed: true));
                    break;
                case 3 or 4 when _all[i].State is RunState.Running:
                    Become(_all[i], new ProcessEvent.Ended(new Exit.Code(_random.Next(2)), Witnessed: true));
                    break;
                case 5:
                    Become(_all[i], new ProcessEvent.Ready());
                    break;
                case 6:
                    Become(_all[i], new ProcessEvent.Met(OfServices[3 + _random.Next(2)]));
                    break;
                default:
                    // Its file is applied anew.
                    _all[i] = _all[i] with { Spec = _all[i].Spec with { Needs = [.. Any(i)] } };
                    break;
            }
        }

        // One at a time, as each start may be what others wait for.
        private bool Starts()
        {
            if (Dependencies.Due(_all, _all, _now).FirstOrDefault() is not { } due)
                return false;
            // What was to be restarted waits for what it needs by now, too.
            if (!new Dependencies(_all).Allow(due))
            {
                Assert.False(MayStart(due), $"{due.Spec.Name} may not start, and nothing is in its way");
                Become(due, new ProcessEvent.MustWait());
                return due.State is not RunState.Waiting;
            }

            Assert.True(MayStart(due), $"{due.Spec.Name} starts too early");
            Become(due, new ProcessEvent.Tick());
            Become(_all[due.Id - 1], new ProcessEvent.Spawned(Sample.Identity));
            Assert.IsType<RunState.Running>(_all[due.Id - 1].State);
            return true;
        }

        private void Become(ProcessRecord record, ProcessEvent happened) => _all[record.Id - 1] = Lifecycle.Decide(_all[record.Id - 1], happened, _now).Record;

        private bool MayStart(ProcessRecord record) => record.Spec.Needs.All(need =>
            _all[_places[need.Name]] is var other && (IsMet(need, other) || (need.IsOptional && WillDoNothing(other))));

        private bool WillDoNothing(ProcessRecord other) => other.State.IsOver
            || (other.State is RunState.Waiting && other.Spec.Needs.Any(need => !need.IsOptional && _all[_places[need.Name]] is var next && !IsMet(need, next) && WillDoNothing(next)));

        private static bool IsMet(Need need, ProcessRecord other)
        {
            var isUp = other.State is RunState.Running { IsReady: true };
            var hasSucceeded = other.Spec.IsTask && other.State is RunState.Exited && other.LastRun?.How == new Exit.Code(0);
            return (need.Until?.ToString() ?? (other.Spec.IsTask ? "done" : "ready")) switch
            {
                "started" => other.State is RunState.Running || hasSucceeded,
                "ready" => isUp,
                "done" => hasSucceeded,
                "ended" => other.State is RunState.Exited or RunState.Crashed or RunState.Failed,
                var sign => hasSucceeded || (other.State is RunState.Running run && run.Met.Texts.Contains(sign)),
            };
        }
    }
}
