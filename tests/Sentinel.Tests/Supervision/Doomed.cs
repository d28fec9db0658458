using Sentinel.Core.Host;
using Sentinel.Model.Processes;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Supervision;

/// <summary>What a command works with that is killed at a certain step: before or after it changed something.</summary>
internal sealed class Doomed(Machine machine, IStateFiles files, int steps) : IStateFiles, ISpawner, IProcessHandles
{
    private int _left = steps;

    public IHomeFiles Home => files.Home;

    public IDisposable Lock(string path, Action<string> waiting, Func<bool>? isKept) => Step(() => files.Lock(path, waiting, isKept));

    public IDisposable? TryLock(string path) => Step(() => files.TryLock(path));

    public void Replace(string path, string previous, ReadOnlySpan<byte> content, bool durable)
    {
        Step();
        files.Replace(path, previous, content, durable);
        Step();
    }

    public void MakePrivateFolder(string path) => files.MakePrivateFolder(path);

    public ProcessIdentity Spawn(Launch launch) => Step(() => machine.Spawn(launch));

    public string? WhyNot(Launch launch) => machine.WhyNot(launch);

    public string? CannotInherit(Launch launch, string? surroundings) => machine.CannotInherit(launch, surroundings);

    public void CleanUp(string cookie)
    {
        Step();
        machine.CleanUp(cookie);
    }

    public void CleanUpAll(IReadOnlyCollection<string> records)
    {
        Step();
        machine.CleanUpAll(records);
    }

    public IProcessHandle? Open(ProcessIdentity identity) => Step(() => machine.Open(identity)) is { } held ? new Handle(this, held) : null;

    public bool KillGroup(string cookie) => Step(() => machine.KillGroup(cookie));

    public ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        Step();
        return machine.WaitAny(handles, timeout);
    }

    private T Step<T>(Func<T> act)
    {
        Step();
        var result = act();
        try
        {
            Step();
        }
        catch (Killed)
        {
            // The kernel closes what a killed command had open, its lock too.
            (result as IDisposable)?.Dispose();
            throw;
        }

        return result;
    }

    private void Step()
    {
        if (--_left == 0)
            throw new Killed();
    }

    /// <summary>SIGKILL: nothing of the command runs any more.</summary>
    public sealed class Killed : Exception;

    private sealed class Handle(Doomed doomed, IProcessHandle held) : IProcessHandle
    {
        public ProcessIdentity Identity => held.Identity;

        public bool HasEnded => held.HasEnded;

        public string? Signal(int number)
        {
            doomed.Step();
            return held.Signal(number);
        }

        public void KillGroup()
        {
            doomed.Step();
            held.KillGroup();
        }

        public ProcessEnd HowEnded() => held.HowEnded();

        public void Dispose() => held.Dispose();
    }
}
