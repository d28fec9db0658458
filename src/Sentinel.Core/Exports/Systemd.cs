using Sentinel.Core.Projects;
using Sentinel.Core.Startup;

namespace Sentinel.Core.Exports;

/// <summary>A project as units of systemd: a service for each process, and a target that they are part of.</summary>
internal static class Systemd
{
    private const string Journal = "journald keeps the logs, by its own settings";
    private const string RestartsNothing = "a timer starts what has ended, and restarts nothing";
    private const string Asks = "systemd asks nothing; health-notify is its watchdog";

    public static readonly Engine Engine = new("systemd", "systemd", RunsImages: false, new NameRule("_.-", 100, IsLower: false), new Dictionary<string, string>
    {
        ["tty"] = "a unit has no terminal that one could attach to",
        ["stdin"] = "a unit reads /dev/null",
        ["log-max-size"] = Journal,
        ["log-backups"] = Journal,
        ["log-compress"] = Journal,
        ["log-pipe"] = "its streams are sockets of journald, which it cannot open again",
        ["pid-file"] = "systemd follows the main process that it has started",
        ["max-memory"] = "systemd does not restart it for its memory; memory-max is a limit",
        ["idle-timeout"] = "systemd stops nothing that is idle; a program can end by itself, and is started again",
        ["cron"] = RestartsNothing,
        ["every"] = RestartsNothing,
        ["align"] = RestartsNothing,
        ["zone"] = RestartsNothing,
        ["missed"] = RestartsNothing,
        ["jitter"] = RestartsNothing,
        ["overlap"] = "a timer leaves out the times at which it still runs",
        ["missed-window"] = "a timer makes up for what was missed, however long ago that was",
        ["watch"] = "systemd watches no files",
        ["watch-ignore"] = "systemd watches no files",
        ["watch-then"] = "systemd watches no files",
        ["watch-no-gitignore"] = "systemd watches no files",
        ["ready-http"] = "systemd asks nothing: it counts as started when it is executed; ready-exec and ready-notify are waited for",
        ["ready-tcp"] = "systemd asks nothing: it counts as started when it is executed; ready-exec and ready-notify are waited for",
        ["ready-log"] = "systemd reads no logs: it counts as started when it is executed; ready-exec and ready-notify are waited for",
        ["health-http"] = Asks,
        ["health-tcp"] = Asks,
        ["health-exec"] = Asks,
    }, Write);

    public static string TargetOf(Conversion conversion) => $"sentinel-{conversion.Name}.target";

    /// <summary>The units of a process: one for each instance.</summary>
    public static IEnumerable<string> UnitsOf(Service service, Conversion conversion) => UnitNeeds.UnitsOf(service, BaseOf(service, conversion));

    /// <summary>What another process has to wait for: where a connection starts it, its sockets.</summary>
    public static IEnumerable<string> NeededOf(Service service, Conversion conversion) =>
        service.Spec.OnDemand ? SystemdSockets.UnitsOf(service, conversion) : UnitsOf(service, conversion);

    /// <summary>A file of it without its kind: with instances, it is a template.</summary>
    public static string TemplateOf(Service service, Conversion conversion) => UnitNeeds.TemplateOf(service, BaseOf(service, conversion));

    public static string BaseOf(Service service, Conversion conversion) => $"sentinel-{conversion.Name}-{service.Name}";

    private static IEnumerable<ExportedFile> Write(Conversion conversion)
    {
        var target = new UnitText().Section("Unit").Add("Description", SystemdQuoting.Text($"The project {conversion.Project.Name}"));
        foreach (var service in conversion.Services)
            if (service.IsUsual)
                target.Add("Wants", Starting(service));
            else
                service.Tell(FileKeys.Profile, $"systemd has no profiles: 'systemctl start' starts {Starting(service)}, and nothing else does");
        target.Section("Install").Add("WantedBy", "multi-user.target");
        var files = new List<ExportedFile> { new(TargetOf(conversion), target.ToString()) };
        foreach (var service in conversion.Services)
        {
            // It is the machine itself that runs it, as here.
            service.TakeAll(FileKeys.Profile, FileKeys.Image);
            files.AddRange(SystemdService.Files(service, conversion));
            files.AddRange(SystemdSockets.Files(service, conversion));
            if (SystemdTimer.File(service, conversion) is { } timer)
                files.Add(timer);
            service.TellRest(Engine);
        }

        return files;

        // What makes it run: it is started at once, or when its time or somebody comes.
        string Starting(Service service) => string.Join(' ', SystemdTimer.IsTimed(service)
            ? UnitsOf(service, conversion).Select(unit => Path.ChangeExtension(unit, ".timer")) : NeededOf(service, conversion));
    }
}
