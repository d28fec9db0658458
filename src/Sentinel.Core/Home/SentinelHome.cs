using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Model.Policy;

namespace Sentinel.Core.Home;

/// <summary>Sentinel's folder, and where everything is kept in it.</summary>
/// <param name="Folder">An absolute path.</param>
public sealed record SentinelHome(string Folder)
{
    // A file name may have 255 bytes: this leaves room for ".stdout.log" and what rotation adds.
    private const int LongestLogName = 200;

    public string Lock => Path.Combine(Folder, "lock");

    public string State => Path.Combine(Folder, "state.json");

    /// <summary>The state before the last change.</summary>
    public string PreviousState => State + ".bak";

    /// <summary>Where the daemon listens.</summary>
    public string Socket => Path.Combine(Folder, "daemon.sock");

    /// <summary>Where the process listens that keeps the sockets of supervised processes.</summary>
    public string HeldSockets => Path.Combine(Folder, "sockets.sock");

    /// <summary>The daemon's pid, for people and scripts; also where the Python tool of the same name kept that of its own.</summary>
    public string DaemonPid => Path.Combine(Folder, "daemon.pid");

    /// <summary>What the daemon reported without being asked.</summary>
    public string DaemonLog => Path.Combine(Folder, "daemon.log");

    /// <summary>What the daemon reported before that.</summary>
    public string OlderDaemonLog => DaemonLog + ".1";

    /// <summary>The token of those who may do everything over HTTP.</summary>
    public string ApiToken => Path.Combine(Folder, "api-token");

    /// <summary>The token of those who may look.</summary>
    public string ReadOnlyApiToken => Path.Combine(Folder, "api-token.read-only");

    /// <summary>Where HTTP is spoken without a network.</summary>
    public string ApiSocket => Path.Combine(Folder, "api.sock");

    /// <summary>Where the page for browsers is, for the next one who asks for it.</summary>
    public string Web => Path.Combine(Folder, "web.json");

    /// <summary>What processes used in the last day, for charts.</summary>
    public string History => Path.Combine(Folder, "history");

    /// <summary>How far a hook is.</summary>
    public string HookReport(string hook) => Path.Combine(Folder, "hooks", $"{hook}.json");

    /// <summary>What a hook wrote.</summary>
    public string HookLog(string hook) => Path.Combine(Logs, Path.GetDirectoryName(hook)!, $"hook.{Path.GetFileName(hook)}.log");

    /// <summary>What happened, one line of JSON each.</summary>
    public string Events => Path.Combine(Folder, "events.jsonl");

    /// <summary>What happened before that.</summary>
    public string OlderEvents => Events + ".1";

    public string Logs => Path.Combine(Folder, "logs");

    public string StdoutOf(ProcessRecord record) => Path.Combine(Logs, record.LogName + ".stdout.log");

    public string StderrOf(ProcessRecord record) => Path.Combine(Logs, record.LogName + ".stderr.log");

    /// <summary>Where a process is sent what it is to read, if it reads anything: a named pipe, or the socket of its terminal's keeper.</summary>
    public string InputOf(ProcessRecord record) => Path.Combine(Folder, "input", record.LogName.Contains('/') ? $"{record.Id}" : record.LogName);

    /// <summary>
    /// The start of a process's log file names: its name; that of a project's process is in a folder of the project. A name that is too long is cut and made unique by the
    /// id; so is a name that looks as if it had been.
    /// </summary>
    public static string LogName(string name, int id)
    {
        if (Encoding.UTF8.GetByteCount(name) <= LongestLogName && !Regex.IsMatch(name, "~[0-9]+$"))
            return name;
        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestLogName)
                break;
            kept.Append(rune);
        }

        return $"{kept}~{id}";
    }
}
