using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>A <c>pitchfork.toml</c>.</summary>
internal static partial class Pitchfork
{
    private const string Own = "a setting of pitchfork itself";

    private static readonly Dictionary<string, string> Whys = new()
    {
        ["slugs"] = "sentinel has no proxy",
        ["proxy"] = "sentinel has no proxy",
    };

    private static readonly Dictionary<string, string> DaemonWhys = new()
    {
        ["watch"] = Notes.Watching,
        ["watch_mode"] = Notes.Watching,
        ["hooks"] = Notes.Hooks,
        ["auto"] = "no shell starts or stops it; 'run --until' lets one end with another",
        ["boot_start"] = "'sentinel startup systemd' starts the daemon at boot",
        ["port_bump_attempts"] = "the next port that is free is taken, however far it is",
        ["proxy"] = "sentinel has no proxy",
        ["slug"] = "sentinel has no proxy",
    };

    private static readonly (string Key, string Option)[] Checks =
        [("ready_http", "ready-http"), ("ready_port", "ready-tcp"), ("ready_output", "ready-log"), ("ready_cmd", "ready-exec")];

    public static void Map(Source source)
    {
        var file = source.Keys(TomlReader.Read(source.Path, source.Text), Whys);
        source.Drafts.Call(file.Take("namespace"));
        var usesMise = false;
        foreach (var (area, settings) in file.Take("settings")?.Keys()?.All() ?? [])
        {
            if (!settings.IsTable)
                settings.Tell(Own);
            else
                foreach (var (key, value) in settings.Keys()!.All())
                    if (area == "general" && key == "mise")
                        usesMise = value.Flag() == true;
                    else
                        value.Tell(Own);
        }

        foreach (var (name, value) in file.Take("daemons")?.Keys()?.All() ?? [])
            if (value.Keys(DaemonWhys) is { } daemon)
                Add(source, name, value, daemon, usesMise);
        foreach (var (_, group) in file.Take("groups")?.Keys()?.All() ?? [])
            group.Keys()?.Take("daemons")?.Tell(Notes.NoGroups);
    }

    private static void Add(Source source, string name, Value at, Keys daemon, bool usesMise)
    {
        var draft = source.Drafts.Add(name, at);
        if (daemon.Take("mise") is { } mise)
            usesMise = mise.Flag() == true;
        if (daemon.Take("run") is { } run && run.Text() is { Length: > 0 } line)
            Run(draft, run, line, usesMise);
        else
            at.Tell("it has no command");
        draft.Take(daemon, "dir", "cwd");
        foreach (var (variable, value) in daemon.Take("env")?.Keys()?.All() ?? [])
            if (value.Text() is { } text)
                draft.Variable(value, variable, Filled(value, text));
        var own = $"{source.Drafts.Name}/";
        foreach (var needed in daemon.Take("depends")?.Items ?? [])
            if (needed.Text() is { } target)
                draft.Needs.Add(new Need(needed, target.StartsWith(own, StringComparison.Ordinal) ? target[own.Length..] : target));
        Ports(draft, daemon);
        Ready(draft, daemon);
        Retry(draft, daemon);
        if (daemon.Take("cron") is { } cron)
            Cron(draft, cron);
        draft.Take(daemon, "user", "user");
        draft.Take(daemon, "memory_limit", "max-memory");
        if (daemon.Take("cpu_limit") is { } cpu && cpu.Number() is { } percent)
            draft.Give(cpu, "cpu-max", $"{Toml.Number(percent)}%");
        Stop(draft, daemon);
    }

    private static void Cron(Draft draft, Value cron)
    {
        if (!cron.IsTable)
        {
            if (cron.Text() is { } times)
                draft.Give(cron, "cron", times);
            return;
        }

        var keys = cron.Keys()!;
        draft.Take(keys, "schedule", "cron");
        if (keys.Take("retrigger") is { } again && again.Text() is { } rule)
            switch (rule)
            {
                case "finish":
                    break;
                case "always":
                    draft.Give(again, "overlap", "replace");
                    break;
                default:
                    again.Tell("its times start it however its last run ended");
                    break;
            }
    }

    private static void Run(Draft draft, Value run, string line, bool usesMise)
    {
        line = Filled(run, line.Trim());
        if (Numbered().IsMatch(line))
            run.Tell("its ports are in variables of other names here: the first in PORT, each in that of its name");
        if (usesMise)
            line = NeedsShell(line) ? $"mise x -- sh -c {ShellWords.Quote(line)}" : $"mise x -- {line}";
        draft.Run(run, line);
    }

    private static bool NeedsShell(string line)
    {
        try
        {
            return ShellWords.Split(line) is null;
        }
        catch (FormatException)
        {
            return true;
        }
    }

    // The port of another daemon is in a variable here.
    private static string Filled(Value from, string text)
    {
        var filled = Template().Replace(text, match => $"${{{NotOfAName().Replace(match.Groups["name"].Value, "_").ToUpperInvariant()}_PORT}}");
        if (filled.Contains("{{") || filled.Contains("{%"))
            from.Tell("templates are not filled in, but for the port of another daemon");
        return filled;
    }

    private static void Ports(Draft draft, Keys daemon)
    {
        var port = daemon.Take("port");
        var table = port is { IsTable: true } ? port.Keys() : null;
        var isBumped = daemon.Flag("auto_bump_port") == true;
        if (table?.Take("bump") is { } bump)
            isBumped = bump.Scalar is not ("false" or "0");
        foreach (var number in (table is not null ? table.Take("expect") : port ?? daemon.Take("expected_port"))?.Items ?? [])
            if (number.Whole() is { } wanted)
                draft.Port(number, wanted, draft.HasPort ? $"port{draft.PortCount}" : null, isBumped);
    }

    private static void Ready(Draft draft, Keys daemon)
    {
        foreach (var (key, option) in Checks)
            if (daemon.Take(key) is { } value && value.Text() is { } text)
                draft.Give(value, option, Filled(value, text));
        if (daemon.Take("ready_delay") is not { } delay || delay.Text() is not { } seconds)
            return;
        if (draft.HasReadiness)
            delay.Tell("it is ready when its check says so");
        else
            ComposeService.Seconds(draft, delay, "startup-timeout");
    }

    private static void Retry(Draft draft, Keys daemon)
    {
        if (daemon.Take("retry") is not { } retry || retry.Scalar is null or "false" or "0")
            return;
        if (draft.Give(retry, "restart", "on-failure") && retry.Scalar != "true")
            draft.Give(retry, "max-restarts", retry.Scalar);
    }

    private static void Stop(Draft draft, Keys daemon)
    {
        if (daemon.Take("stop_signal") is not { } stop)
            return;
        var keys = stop.IsTable ? stop.Keys() : null;
        if ((keys is null ? stop : keys.Take("signal")) is { } signal && signal.Text() is { } name)
            draft.Give(signal, "stop-signal", name);
        ComposeService.Seconds(draft, keys?.Take("timeout"), "stop-timeout");
    }

    [GeneratedRegex(@"\{\{\s*daemons(?:\.(?<name>[\w-]+)|\[['""](?<name>[^'""]+)['""]\])\.port\s*\}\}")]
    private static partial Regex Template();

    [GeneratedRegex(@"\$\{?PORT[0-9]")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"[^A-Za-z0-9]")]
    private static partial Regex NotOfAName();
}
