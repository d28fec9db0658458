using Sentinel.Api;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>Says what a process that has ended has left running, and what to do about it.</summary>
internal static class LeftOvers
{
    // How to keep programs in the foreground that put themselves into the background.
    private static readonly Dictionary<string, string> InFront = new()
    {
        ["nginx"] = "nginx -g 'daemon off;'",
        ["redis-server"] = "redis-server --daemonize no",
        ["apache2"] = "apache2 -D FOREGROUND",
        ["httpd"] = "httpd -D FOREGROUND",
        ["postgres"] = "postgres -D DIR, not pg_ctl",
        ["memcached"] = "memcached without -d",
        ["gunicorn"] = "gunicorn without --daemon",
        ["supervisord"] = "supervisord --nodaemon",
        ["sshd"] = "sshd -D",
        ["dnsmasq"] = "dnsmasq --keep-in-foreground",
        ["screen"] = "screen -D -m",
    };

    /// <summary>For a column: <c>, 1 left</c>.</summary>
    public static string Word(IReadOnlyList<LeftOverInfo> left) => left.Count == 0 ? "" : $", {left.Count} left";

    /// <summary><c>1 process that it started still runs (sleep, pid 812); 'sentinel stop 3' ends it</c>.</summary>
    public static string Sentence(ProcessInfo process)
    {
        var left = process.LeftOver;
        var named = string.Join("; ", left.GroupBy(one => one.Program ?? "?")
            .Select(same => $"{Text.Printable(same.Key)}, {(same.Count() == 1 ? "pid" : "pids")} {string.Join(", ", same.Select(one => one.Pid))}"));
        return $"{Text.Count(left.Count, "process", "processes")} that it started still {(left.Count == 1 ? "runs" : "run")} ({named}); "
            + $"'sentinel stop {process.Name}' ends {(left.Count == 1 ? "it" : "them")}";
    }

    /// <summary>For a process that went into the background: how to supervise it all the same. Null for any other.</summary>
    public static string? Advice(ProcessInfo process)
    {
        if (!process.PutItselfIntoBackground)
            return null;
        var known = process.LeftOver.Select(left => left.Program).Append(new Command(process.Arguments, process.Command, process.Shell).ProgramName).OfType<string>()
            .Select(program => InFront.GetValueOrDefault(program)).FirstOrDefault(way => way is not null);
        return $"It put itself into the background, where nobody sees it end. Keep it in the foreground ({known ?? "many programs have an option such as --foreground or --nodaemon"}), "
            + $"or name its pid file: 'sentinel set {Text.Argument(process.Name)} --pid-file FILE', then 'sentinel restart {Text.Argument(process.Name)}'";
    }
}
