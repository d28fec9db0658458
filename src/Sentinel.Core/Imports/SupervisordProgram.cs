using System.Globalization;

namespace Sentinel.Core.Imports;

/// <summary>A program of supervisord: one process, a set of them, or several where each has a number of its own.</summary>
internal sealed class SupervisordProgram(Source source, string name, Value section, Keys keys)
{
    public const int UsualPriority = 999;

    private const string OwnLogs = "sentinel keeps the logs itself";

    public static readonly Dictionary<string, string> Whys = new()
    {
        ["stdout_capture_maxbytes"] = OwnLogs,
        ["stderr_capture_maxbytes"] = OwnLogs,
        ["stdout_events_enabled"] = "sentinel has no event listeners",
        ["stderr_events_enabled"] = "sentinel has no event listeners",
        ["serverurl"] = "there is no server of supervisord",
        ["stderr_logfile_maxbytes"] = OwnLogs,
        ["stderr_logfile_backups"] = OwnLogs,
    };

    public string Name => name;

    public int Priority { get; } = keys.Whole("priority") ?? UsualPriority;

    public List<Draft> Drafts { get; } = [];

    public void Map((Value From, string Group) group)
    {
        if (keys.Take("command") is not { } command)
        {
            section.Tell("it has no command");
            keys.IgnoreRest();
            return;
        }

        var count = keys.Take("numprocs") is { } number && number.Whole() is { } wanted ? Math.Clamp(wanted, 1, 1000) : 1;
        var first = keys.Whole("numprocs_start") ?? 0;
        if (keys.Take("process_name") is { } own && !own.Scalar!.StartsWith("%(program_name)s", StringComparison.Ordinal))
            own.Tell("processes have the name of their program");
        string[] numbered = ["command", "environment", "directory"];
        var isNumbered = numbered.Any(key => keys.Take(key)?.Scalar is { } text && SupervisordText.NamesIn(text).Contains("process_num"));
        if (!isNumbered)
            Drafts.Add(Draft(name, command, group, first));
        else
            for (var i = first; i < first + count; i++)
                Drafts.Add(Draft(count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{i:00}"), command, group, i));
        if (!isNumbered)
            Drafts[0].Instances(section, count);
    }

    private Draft Draft(string called, Value command, (Value From, string Group) group, int number)
    {
        var draft = source.Drafts.Add(called, section);
        string Expanded(string text) => SupervisordText.Expanded(text, known => known switch
        {
            "program_name" => name,
            "group_name" => group.Group ?? name,
            "process_num" => number.ToString(CultureInfo.InvariantCulture),
            "here" => ".",
            "numprocs" => keys.Text("numprocs") ?? "1",
            _ => null,
        });

        Command(draft, command, Expanded(command.Scalar!));
        if (keys.Take("directory") is { } folder)
        {
            if (Interpolation.IsIn(Expanded(folder.Scalar!)))
                folder.Tell("a folder cannot hold variables");
            else
                draft.Give(folder, "cwd", Interpolation.Plain(Expanded(folder.Scalar!)));
        }

        if (group.Group is not null)
            group.From.Tell(Notes.NoGroups);
        if (keys.Take("environment") is { } variables)
            Environment(draft, variables, Expanded);
        if (keys.Flag("autostart") == false)
            draft.Set("profile", Toml.Texts(["manual"]));
        Restart(draft);
        Stop(draft);
        foreach (var (key, option) in ((string, string)[])[("user", "user"), ("umask", "umask"), ("startsecs", "startup-timeout")])
            if (keys.Take(key) is { } value && value.Scalar is { } text and not ("0" or ""))
                draft.Give(value, option, text);
        Logs(draft);
        return draft;
    }

    private static void Command(Draft draft, Value command, string line)
    {
        if (Words.Split(line) is not [_, ..] words)
        {
            command.Tell("it has no words, or a quote that is not closed");
            return;
        }

        // The program that looks after another by its pid file: we do that ourselves.
        if (Path.GetFileName(words[0]) == "pidproxy" && words.Count > 2)
        {
            draft.Give(command, "pid-file", Interpolation.Plain(words[1]));
            words = [.. words.Skip(2)];
            line = string.Join(' ', words.Select(Interpolation.ForShell));
        }

        if (words.Any(Interpolation.IsIn))
            draft.Run(command, Words.OfShell(words) is { } inner ? Interpolation.Plain(inner) : string.Join(' ', words.Select(Interpolation.ForShell)));
        else
            draft.RunExactly(command, [.. words.Select(Interpolation.Plain)], Interpolation.Plain(line));
    }

    public static void Environment(Draft draft, Value variables, Func<string, string> expanded)
    {
        if (SupervisordText.Variables(variables.Scalar ?? "") is not { } all)
            variables.Tell("it is not of the form KEY=\"value\",OTHER=\"value\"");
        else
            foreach (var (variable, value) in all)
                draft.Variable(variables, variable, Interpolation.ForEnvironment(expanded(value)));
    }

    private void Restart(Draft draft)
    {
        var rule = keys.Take("autorestart");
        var word = rule?.Scalar is "unexpected" or null ? "on-failure" : rule.Flag() == true ? "always" : "no";
        draft.Give(rule ?? section, "restart", word);
        if (keys.Take("startretries") is { } retries && retries.Scalar is { } count && word != "no")
            draft.Give(retries, "max-restarts", count);
        if (keys.Take("exitcodes") is { } codes && codes.Scalar is { } text)
            draft.Give(codes, "success-codes", text.Replace(" ", ""));
    }

    private void Stop(Draft draft)
    {
        draft.Take(keys, "stopsignal", "stop-signal");
        draft.Take(keys, "stopwaitsecs", "stop-timeout");
        if (keys.Take("stopasgroup") is { } tree && tree.Flag() == true)
            draft.Give(tree, "stop-mode", "tree");
        // What a process leaves behind is always ended here.
        keys.Ignore("killasgroup");
    }

    private void Logs(Draft draft)
    {
        if (keys.Take("redirect_stderr") is { } both && both.Flag() == true)
            both.Tell("both streams have a log of their own; 'logs' shows them in one order");
        foreach (var key in (string[])["stdout_syslog", "stderr_syslog"])
            if (keys.Take(key) is { } syslog && syslog.Flag() == true)
                syslog.Tell(OwnLogs);
        var isFile = false;
        foreach (var key in (string[])["stdout_logfile", "stderr_logfile"])
            if (keys.Take(key) is { } log && !IsOurs(log.Scalar ?? ""))
            {
                log.Tell(OwnLogs);
                isFile |= key[3] == 'o';
            }

        if (!isFile)
        {
            // They say that what is written to has no size.
            keys.Ignore("stdout_logfile_maxbytes", "stdout_logfile_backups", "stderr_logfile_maxbytes", "stderr_logfile_backups");
            return;
        }

        draft.Take(keys, "stdout_logfile_maxbytes", "log-max-size");
        draft.Take(keys, "stdout_logfile_backups", "log-backups");
    }

    // Where supervisord's own output goes, or a file that it names itself.
    private static bool IsOurs(string log) =>
        log is "" or "AUTO" or "/dev/stdout" or "/dev/stderr"
        || log is "/dev/fd/1" or "/dev/fd/2" or "/proc/1/fd/1" or "/proc/1/fd/2" or "/proc/self/fd/1" or "/proc/self/fd/2";
}
