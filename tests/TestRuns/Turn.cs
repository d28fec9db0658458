using System.Diagnostics;

namespace Sentinel.TestRuns;

/// <summary>
/// The tests of one project at a time, although `dotnet test` begins them all: what measures the machine has it to itself. Says
/// every ten seconds how far they have come.
/// </summary>
public sealed class Turn : IAsyncLifetime
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly ManualResetEventSlim _isOver = new();
    private FileStream? _lock;

    public async ValueTask InitializeAsync()
    {
        // The folder of all that is built.
        var file = Path.Combine(AppContext.BaseDirectory, "..", "..", "tests.lock");
        while ((_lock = Take(file)) is null)
            await Task.Delay(Moment);
        // No task: tests keep the threads of the pool busy.
        if (CallersOutput.Find() is { } output)
            new Thread(() => Tell(output)) { IsBackground = true }.Start();
    }

    public ValueTask DisposeAsync()
    {
        _isOver.Set();
        _lock?.Dispose();
        return ValueTask.CompletedTask;
    }

    // The kernel takes it from whoever is gone.
    private static FileStream? Take(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Tell(CallersOutput output)
    {
        using (output)
            for (var begun = Stopwatch.GetTimestamp(); !_isOver.Wait(Often);)
                output.Write($"{typeof(Turn).Assembly.GetName().Name}: {ProgressAttribute.Done} tests done after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s\n");
    }
}
