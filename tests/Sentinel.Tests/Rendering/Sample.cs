using Sentinel.Api;
using Sentinel.Core.Home;
using Sentinel.Core.Queries;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

/// <summary>Processes to show, and how.</summary>
internal static class Sample
{
    public static readonly Style Plain = new(IsRich: false, Width: null);

    public static ProcessView Running(
        int id, string name, int pid, string command, double cpu, long memoryBytes, TimeSpan uptime, RestartRule restart = RestartRule.Never) =>
        new(
            Record(id, name, command, restart) with { State = new RunState.Running(Clock.Start, new ProcessIdentity(pid, 1, "boot")) },
            new TreeUsage(cpu, memoryBytes, uptime, [pid]));

    /// <summary>What is public of it.</summary>
    public static ProcessInfo Info(this ProcessView view) =>
        new ProcessInfos(new SentinelHome("/home/user/.sentinel"), DateTimeOffset.UtcNow, withOptions: true).Of(view);

    public static ProcessRecord Record(int id, string name, string command = "python server.py", RestartRule restart = RestartRule.Never) => new()
    {
        Id = id,
        Spec = new ProcessSpec
        {
            Name = name,
            Command = Command.From([command]),
            WorkingDirectory = "/home/user/project",
            Environment = "key",
            Umask = 18,
            Restart = restart,
        },
        Cookie = "cookie",
        LogName = name,
        State = new RunState.Stopped(Clock.Start),
    };
}
