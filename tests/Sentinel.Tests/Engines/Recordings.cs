using Sentinel.Core.Engines;
using Sentinel.Core.Exports;

namespace Sentinel.Tests.Engines;

/// <summary>What programs of engines printed, and projects as they get them.</summary>
internal static class Recordings
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "../../../../tests/Sentinel.Tests/Engines/Recorded");

    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public static Cluster Swarm(string name, string project) => SwarmReading.Read(project, Text($"{name}-services.json"), Text($"{name}-tasks.json"), Text($"{name}-nodes.json"));

    public static Exported Exported(params ExportedProcess[] processes) => new([], []) { Project = "shop", Processes = processes };

    public static EngineTask Task(string name, TaskState state, string? why = null, bool isCurrent = true, bool isWanted = true, bool isRefused = false) =>
        new($"{name}-{state}-{why}", name, "n1", state, why, Restarts: null, Since: null) { IsCurrent = isCurrent, IsWanted = isWanted, IsRefused = isRefused };
}
