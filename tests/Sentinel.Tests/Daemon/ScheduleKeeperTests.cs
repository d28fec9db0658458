using Sentinel.Core.Host;
using Sentinel.Core.Keepers;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;

namespace Sentinel.Tests.Daemon;

public sealed class ScheduleKeeperTests
{
    private readonly SetClock _clock = new();
    private readonly List<TimeSpan?> _runs = [];
    private readonly ScheduleKeeper _keeper;

    public ScheduleKeeperTests() => _keeper = new ScheduleKeeper(_clock, _clock, _runs.Add);

    [Fact]
    public void It_waits_for_the_nearest_time_and_for_nothing_where_there_is_no_schedule()
    {
        _keeper.Changed(State.Empty.With(Sample.Record));
        Assert.Null(_clock.Due);
        _keeper.Changed(State.Empty.With(Job(1, "0 5 * * *")).With(Job(2, "0 4 * * *")));
        Assert.Equal(_clock.Now.Date.AddHours(4), _clock.Due!.Value.UtcDateTime);
        _keeper.Changed(State.Empty.With(Job(1, "0 5 * * *")));
        Assert.Equal(_clock.Now.Date.AddHours(5), _clock.Due!.Value.UtcDateTime);
        _keeper.Changed(State.Empty);
        Assert.Null(_clock.Due);
    }

    [Fact]
    public void The_end_of_a_sleep_is_no_set_clock_and_a_set_clock_is_told()
    {
        _keeper.Changed(State.Empty.With(Job(1, "0 5 * * *")));
        // The machine sleeps for ten hours: both clocks have gone on.
        _clock.Pass(TimeSpan.FromHours(10));
        _clock.Wake();
        Assert.Equal([null], _runs);
        _clock.Pass(TimeSpan.FromMinutes(1));
        _clock.Now -= TimeSpan.FromHours(3);
        _clock.Wake();
        Assert.Equal([null, TimeSpan.FromHours(-3)], _runs);
        // It goes on waiting, also where nothing has changed.
        Assert.NotNull(_clock.Due);
    }

    private static ProcessRecord Job(int id, string cron) => Sample.Record with
    {
        Id = id,
        Spec = Sample.Record.Spec with { Name = $"job-{id}", Schedule = new Schedule { Cron = cron, Zone = "UTC" } },
        State = new RunState.Scheduled(Sample.Start),
        Schedule = new ScheduleMark(Sample.Start.Date),
    };

    private sealed class SetClock : TimeProvider, IWallClock
    {
        private Action? _then;

        public DateTimeOffset Now { get; set; } = new(Sample.Start.Date, TimeSpan.Zero);

        public DateTimeOffset? Due { get; private set; }

        public TimeSpan SinceBoot { get; private set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public void Pass(TimeSpan time)
        {
            Now += time;
            SinceBoot += time;
        }

        public void Wake() => (_then ?? throw new InvalidOperationException("nobody waits"))();

        public IDisposable At(DateTimeOffset time, Action then)
        {
            (Due, _then) = (time, then);
            return new End(this);
        }

        private sealed class End(SetClock clock) : IDisposable
        {
            public void Dispose() => (clock.Due, clock._then) = (null, null);
        }
    }
}
