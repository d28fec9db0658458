using System.Globalization;
using Sentinel.Api;
using Sentinel.Model.Policy;
using Sentinel.Screen;
using Sentinel.Screen.Cells;
using Sentinel.Screen.Keys;
using Effect = Sentinel.Screen.Effect;

namespace Sentinel.Tests.Screen;

/// <summary>Scenes to draw: a project with something of everything, and what does not belong to it.</summary>
internal static class Shop
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly IReadOnlyList<ProcessSummary> Processes =
    [
        Process(1, "shop/db") with { UptimeSeconds = 7384, CpuPercent = 0.3, MemoryBytes = 48L << 20, Ports = [new LeasedPortInfo(5432, "db")], Health = Health("healthy", null) },
        Process(2, "shop/migrate") with { State = RunState.Done, Pid = null, UptimeSeconds = null, CpuPercent = null, MemoryBytes = null, LastExitCode = 0 },
        Process(3, "shop/api-2") with { CpuPercent = 11, MemoryBytes = 118L << 20, Restarts = 3, Ports = [new LeasedPortInfo(8080, "http")], Health = Health("unhealthy", "GET /health: 503 (3 of 3)") },
        Process(4, "shop/api-10") with { CpuPercent = 12.5, MemoryBytes = 120L << 20, Restarts = 1, Ports = [new LeasedPortInfo(8081, "http")], Url = "http://127.0.0.1:8081" },
        Process(5, "shop/front") with { State = "waiting", Pid = null, UptimeSeconds = null, CpuPercent = null, MemoryBytes = null, WaitsFor = [new WaitsFor("shop/api", "healthy", "1 of 2", false)] },
        Process(6, "mailer") with { State = "crashed", Pid = null, UptimeSeconds = null, CpuPercent = null, MemoryBytes = null, LastExitCode = 3, Command = "python3 mailer.py" },
        Process(7, "дворник 日本語 🧹 e\u0301") with { CpuPercent = 150.2, MemoryBytes = 3L << 30, UptimeSeconds = 90_000 },
        Process(8, "queue") with { State = "backoff", Pid = null, UptimeSeconds = null, CpuPercent = null, MemoryBytes = null, LastSignal = "SIGKILL", RestartDue = Now.AddSeconds(8), Restarts = 12 },
    ];

    public static ProcessSummary Process(int id, string name) => new()
    {
        Id = id,
        Name = name,
        State = "running",
        Pid = 4000 + id,
        Elsewhere = null,
        Health = null,
        CpuPercent = 0,
        MemoryBytes = 1 << 20,
        UptimeSeconds = 60,
        Restart = "never",
        Restarts = 0,
        MaxRestarts = null,
        RestartWindowSeconds = null,
        RestartDue = null,
        NextStart = null,
        WaitsFor = [],
        LastExitCode = null,
        LastSignal = null,
        Changed = null,
        Group = name.Contains('/') ? name[..name.IndexOf('/')] : null,
        Command = "sleep 1000",
        Ports = [],
        Url = null,
        Lease = null,
        LeftOver = [],
        IsUnasked = false,
    };

    /// <summary>So many that run, as in a large home.</summary>
    public static IReadOnlyList<ProcessSummary> Many(int count) =>
        [.. Enumerable.Range(1, count).Select(id => Process(id, $"worker-{id}") with { CpuPercent = id % 100, MemoryBytes = (long)id << 20, UptimeSeconds = id * 60 })];

    public static Scene Scene(int columns, int rows, IReadOnlyList<ProcessSummary>? processes = null)
    {
        var scene = new Scene(new Size(columns, rows)) { Place = "~/.sentinel", Version = "1.2.3", Source = new Source(4711), Now = Now };
        for (var second = 0; second < 30; second++)
            foreach (var process in processes ?? Processes)
                scene.Trends.Add(process with { CpuPercent = process.CpuPercent * (second % 10) / 9, MemoryBytes = process.MemoryBytes / 2 * (30 + second) / 30 });
        return scene.Seen(processes ?? Processes);
    }

    /// <summary>What becomes of it when these keys are pressed: characters, and words in brackets such as [Enter].</summary>
    public static (Scene Scene, List<Effect> Effects) Press(this Scene scene, string keys)
    {
        var effects = new List<Effect>();
        for (var at = 0; at < keys.Length;)
        {
            var end = keys[at] == '[' ? keys.IndexOf(']', at) : -1;
            var word = end > 0 ? keys[(at + 1)..end] : keys[at].ToString();
            var key = word.Length == 1 ? Key.Of(word[0])
                : word.StartsWith("Ctrl+", StringComparison.Ordinal) ? Key.Control(char.ToLower(word[5], CultureInfo.InvariantCulture))
                : new Key(Enum.Parse<KeyCode>(word));
            at = end > 0 ? end + 1 : at + 1;
            var (next, effect) = Controls.Press(scene, key);
            scene = next;
            if (effect is not null)
                effects.Add(effect);
        }

        return (scene, effects);
    }

    public static Scene After(this Scene scene, string keys) => scene.Press(keys).Scene;

    /// <summary>With a pane that has been told what it says.</summary>
    public static Scene Saying(this Scene scene, params string[] lines) =>
        scene with { Pane = scene.Pane! with { Lines = lines, IsLoading = false } };

    public static Scene Writing(this Scene scene, params LogRow[] rows) =>
        scene with { Pane = scene.Pane! with { IsLoading = false, Logs = scene.Pane.Logs! with { Rows = rows } } };

    private static HealthInfo Health(string status, string? why) => new(status, Now, why, "http", "/health", 10, 5, 3, 0);
}
