using System.Globalization;
using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class SlotsTests
{
    // The two odd days of 2026 in six zones: the hour that is left out, the hour that comes twice, and zones without either. Times are UTC.
    [Theory]
    // 2:30 is left out on March 29 and comes at the first moment after the gap, 3:00.
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00 2026-03-30T00:30 2026-03-31T00:30")]
    [InlineData("America/New_York", "30 2 * * *", "2026-03-07T12:00", "2026-03-08T07:00 2026-03-09T06:30")]
    [InlineData("America/Sao_Paulo", "30 2 * * *", "2026-03-28T12:00", "2026-03-29T05:30 2026-03-30T05:30")]
    [InlineData("Asia/Kolkata", "30 2 * * *", "2026-03-28T12:00", "2026-03-28T21:00 2026-03-29T21:00")]
    // Lord Howe moves by half an hour: 2:15 is left out on October 4, and comes at 2:30.
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T00:00", "2026-10-03T15:30 2026-10-04T15:15")]
    [InlineData("UTC", "30 2 * * *", "2026-03-28T12:00", "2026-03-29T02:30 2026-03-30T02:30")]
    // 2:30 comes twice on October 25, and counts once.
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30 2026-10-26T01:30")]
    [InlineData("America/New_York", "30 1 * * *", "2026-10-31T12:00", "2026-11-01T05:30 2026-11-02T06:30")]
    [InlineData("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T00:00", "2026-04-04T14:45 2026-04-05T15:15")]
    // What has a star or a step goes by real time: nothing is left out, and nothing comes double.
    [InlineData("Europe/Berlin", "0 * * * *", "2026-03-29T00:30", "2026-03-29T01:00 2026-03-29T02:00")]
    [InlineData("Europe/Berlin", "*/30 * * * *", "2026-10-24T23:45", "2026-10-25T00:00 2026-10-25T00:30 2026-10-25T01:00 2026-10-25T01:30 2026-10-25T02:00")]
    [InlineData("America/New_York", "30 * * * *", "2026-11-01T05:00", "2026-11-01T05:30 2026-11-01T06:30 2026-11-01T07:30")]
    // Both fields of days are restricted: one of them is enough. Fridays, and the 13th.
    [InlineData("UTC", "0 0 13 * FRI", "2026-01-10T00:00", "2026-01-13T00:00 2026-01-16T00:00 2026-01-23T00:00")]
    [InlineData("UTC", "0 0 13 * *", "2026-01-10T00:00", "2026-01-13T00:00 2026-02-13T00:00")]
    [InlineData("UTC", "15 30 4 1 * 0", "2026-01-01T12:00", "2026-01-04T04:30:15 2026-01-11T04:30:15")]
    [InlineData("UTC", "@daily", "2026-01-01T12:00", "2026-01-02T00:00 2026-01-03T00:00")]
    public void The_times_of_an_expression_are_these(string zone, string cron, string after, string times)
    {
        var schedule = new Schedule { Cron = cron, Zone = zone };
        var (now, found) = (At(after), new List<string>());
        foreach (var _ in times.Split(' '))
        {
            now = Slots.Next(schedule, now)!.Value;
            found.Add(now.ToUniversalTime().ToString(now.Second == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        }

        Assert.Equal(times, string.Join(' ', found));
    }

    [Fact]
    public void An_interval_goes_from_start_to_start_or_from_midnight()
    {
        var after = At("2026-01-01T12:07");
        Assert.Equal(At("2026-01-01T12:22"), Slots.Next(new Schedule { Every = TimeSpan.FromMinutes(15) }, after));
        Assert.Equal(At("2026-01-01T12:15"), Slots.Next(new Schedule { Every = TimeSpan.FromMinutes(15), IsAligned = true }, after));
    }

    [Theory]
    [InlineData("* * * * * *", "2026-01-01T00:00", "2026-01-08T00:00", "2026-01-08T00:00")]
    [InlineData("*/10 * * * *", "2026-01-01T00:00", "2026-01-01T03:07", "2026-01-01T03:00")]
    [InlineData("0 0 29 2 *", "2025-01-01T00:00", "2029-01-01T00:00", "2028-02-29T00:00")]
    [InlineData("0 0 1 1 *", "2026-01-01T00:00", "2026-12-31T00:00", null)]
    public void The_last_time_of_a_span_is_found_however_many_there_are(string cron, string after, string upTo, string? last) =>
        Assert.Equal(last is null ? null : At(last), Slots.Last(new Schedule { Cron = cron, Zone = "UTC" }, At(after), At(upTo)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("61 * * * *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("@reboot")]
    [InlineData("every day")]
    public void What_is_no_expression_is_refused_with_a_reason(string cron) => Assert.Contains(cron, Assert.Throws<FormatException>(() => Slots.Check(cron)).Message);

    [Fact]
    public void Jitter_is_the_same_for_a_time_and_spreads_processes()
    {
        var schedule = new Schedule { Cron = "@daily", Jitter = TimeSpan.FromMinutes(10) };
        var slot = At("2026-01-02T00:00");
        var all = Enumerable.Range(0, 1000).Select(i => Slots.JitterOf(schedule, $"cookie {i}", slot)).ToList();
        Assert.Equal(all[3], Slots.JitterOf(schedule, "cookie 3", slot));
        Assert.All(all, jitter => Assert.InRange(jitter, TimeSpan.Zero, schedule.Jitter));
        Assert.All(Enumerable.Range(0, 10), minute => Assert.InRange(all.Count(jitter => (int)jitter.TotalMinutes == minute), 60, 140));
    }

    [Theory]
    [InlineData("30 2 * * *", true)]
    [InlineData("0 30 2 * * 1-5", true)]
    [InlineData("*/5 2 * * *", false)]
    [InlineData("0 9-17 * * *", false)]
    [InlineData("@daily", true)]
    [InlineData("@hourly", false)]
    public void What_names_a_time_of_the_clock_is_told_from_what_goes_by_time(string cron, bool isByTheClock) =>
        Assert.Equal(isByTheClock, Slots.IsByTheClock(new Schedule { Cron = cron }));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
