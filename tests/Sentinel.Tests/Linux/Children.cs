using System.Text;
using Sentinel.Core.Host;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

/// <summary>Real processes, children of the test: ended and reaped with it.</summary>
internal sealed class Children : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly List<ProcessIdentity> _started = [];
    private readonly List<string> _cookies = [];
    private readonly HashSet<int> _reaped = [];

    public Children()
    {
        Spawner = new Spawner(Table);
        Handles = new ProcessHandles(Table);
    }

    public TempFolder Folder { get; } = new();

    public ProcessTable Table { get; } = new();

    public Spawner Spawner { get; }

    public ProcessHandles Handles { get; }

    public string Output => File.ReadAllText(Folder["logs/stdout"]);

    public Launch Launch(params string[] command)
    {
        _cookies.Add(Guid.NewGuid().ToString("N"));
        return new Launch(
            Command.From(command),
            Folder.Path,
            new EnvironmentBlock(Encoding.UTF8.GetBytes($"PATH={System.Environment.GetEnvironmentVariable("PATH")}\0")),
            Umask: 18,
            Folder["logs/stdout"],
            Folder["logs/stderr"],
            LogLimits.Default,
            _cookies[^1]);
    }

    public ProcessIdentity Start(Launch launch)
    {
        var identity = Spawner.Spawn(launch);
        _started.Add(identity);
        return identity;
    }

    public ProcessIdentity Start(params string[] command) => Start(Launch(command));

    /// <summary>Starts it and gives what it wrote until it ended, by itself and with code 0.</summary>
    public string Written(Launch launch)
    {
        var identity = Start(launch);
        Assert.Equal(new Exit.Code(0), End(identity));
        return Output;
    }

    /// <summary>Waits until it has ended by itself, and leaves it a zombie.</summary>
    public void AwaitEnd(ProcessIdentity identity)
    {
        using var handle = Handles.Open(identity);
        Handles.WaitAny([handle!], Deadline);
        Assert.True(handle!.HasEnded, "it has not ended");
    }

    /// <summary>Waits until it has ended by itself, and reaps it.</summary>
    public Exit End(ProcessIdentity identity)
    {
        AwaitEnd(identity);
        return Reap(identity.Pid);
    }

    public unsafe Exit Reap(int pid)
    {
        int status;
        Assert.Equal(pid, LibC.waitpid(pid, &status, 0));
        _reaped.Add(pid);
        return Exit.FromWaitStatus(status);
    }

    /// <summary>It has been reaped by another hand.</summary>
    public void Forget(int pid) => _reaped.Add(pid);

    public void Dispose()
    {
        foreach (var identity in _started.Where(identity => !_reaped.Contains(identity.Pid)))
        {
            using (var handle = Handles.Open(identity))
                handle?.Signal(SignalName.Kill);
            Reap(identity.Pid);
        }

        _cookies.ForEach(Spawner.CleanUp);
        Folder.Dispose();
    }
}
