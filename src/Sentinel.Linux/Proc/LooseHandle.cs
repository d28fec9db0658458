using Sentinel.Core.Host;
using Sentinel.Model.Processes;

namespace Sentinel.Linux.Proc;

/// <summary>
/// A process that is opened anew for each question, because a descriptor for as long as it lives would be one of the last.
/// How it ended is learned only while its parent has not reaped it.
/// </summary>
internal sealed class LooseHandle(ProcessIdentity identity, ProcessTable table) : IProcessHandle
{
    private static readonly ProcessEnd _unknown = new(new Exit.Unknown("too many files were open to watch it end"));
    private bool _hasEnded;

    public ProcessIdentity Identity => identity;

    public bool HasEnded => _hasEnded = _hasEnded || With(process => process.HasEnded, gone: true);

    public string? Signal(int number) => With(process => process.Signal(number), gone: null);

    public void KillGroup() => With(process =>
    {
        process.KillGroup();
        return true;
    }, gone: false);

    public ProcessEnd HowEnded() => With(process => process.HowEnded(), gone: _unknown);

    public void Dispose()
    {
        // Nothing is held.
    }

    private T With<T>(Func<PidFd, T> ask, T gone)
    {
        using var process = PidFd.Open(identity, table);
        return process is null ? gone : ask(process);
    }
}
