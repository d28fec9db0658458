using Sentinel.Core.Startup;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>The times of a job as a timer; see systemd.timer(5).</summary>
internal static class SystemdTimer
{
    /// <summary>Whether a timer starts it.</summary>
    public static bool IsTimed(Service service) => service.Spec.IsJob && Times(service.Spec.Schedule!, out _).Count > 0;

    /// <summary>What is no time of a timer is told.</summary>
    /// <returns>Null: it has no times, or no timer can have them.</returns>
    public static ExportedFile? File(Service service, Conversion conversion)
    {
        if (!service.Spec.IsJob)
            return null;
        var schedule = service.Spec.Schedule!;
        var times = Times(schedule, out var why);
        if (why is not null)
            service.Tell(schedule.Cron is null ? "align" : "cron", why);
        service.TakeAll("cron", "every", "align", "zone", "missed", "jitter");
        if (schedule.Overlap is Overlap.Skip)
            service.Take("overlap");
        if (times.Count == 0)
            return null;
        var unit = new UnitText().Section("Unit")
            .Add("Description", SystemdQuoting.Text($"The times of {conversion.Project.Name}/{service.Process.Name}"))
            .Add("PartOf", Systemd.TargetOf(conversion))
            .Section("Timer");
        foreach (var (key, value) in times)
            unit.Add(key, value);
        // Without it, a timer may be a minute late.
        unit.Add("AccuracySec", "1s");
        unit.Add("RandomizedDelaySec", schedule.Jitter > TimeSpan.Zero ? UnitText.Seconds(schedule.Jitter) : null);
        unit.Add("Persistent", schedule.RunsMissed ? "yes" : null);
        return new ExportedFile($"{Systemd.TemplateOf(service, conversion)}.timer", unit.ToString());
    }

    /// <param name="why">What has no equal; null: nothing.</param>
    private static IReadOnlyList<(string Key, string Value)> Times(Schedule schedule, out string? why)
    {
        why = null;
        if (schedule.Every is { } every)
        {
            if (schedule.IsAligned && Aligned((long)every.TotalSeconds, every) is { } aligned)
                return [("OnCalendar", $"*-*-* {aligned} UTC")];
            if (schedule.IsAligned)
                why = "a timer counts from midnight only in parts of a minute, an hour or a day, so it counts from when it is started";
            return [("OnActiveSec", UnitText.Seconds(every)), ("OnUnitActiveSec", UnitText.Seconds(every))];
        }

        try
        {
            return [.. SystemdCalendar.Of(schedule.Cron!, schedule.Zone).Select(line => ("OnCalendar", line))];
        }
        catch (FormatException e)
        {
            why = $"{e.Message}; it runs once, when it is started";
            return [];
        }
    }

    private static string? Aligned(long seconds, TimeSpan every) => every != TimeSpan.FromSeconds(seconds) ? null : seconds switch
    {
        < 60 when 60 % seconds == 0 => $"*:*:00/{seconds}",
        60 => "*:*:00",
        < 3600 when seconds % 60 == 0 && 3600 % seconds == 0 => $"*:00/{seconds / 60}:00",
        3600 => "*:00:00",
        < 86400 when seconds % 3600 == 0 && 86400 % seconds == 0 => $"00/{seconds / 3600}:00:00",
        86400 => "00:00:00",
        _ => null,
    };
}
