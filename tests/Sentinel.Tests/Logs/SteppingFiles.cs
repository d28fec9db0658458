using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Files;

namespace Sentinel.Tests.Logs;

/// <summary>Something that changes a log, and the moments before and after it.</summary>
internal enum Step
{
    Copy,
    Copied,
    Punch,
    Punched,
    Collapse,
    Collapsed,
}

/// <summary>The real files, where a test may do something at each step, such as being killed.</summary>
/// <param name="rung">What the file system can do.</param>
internal sealed class SteppingFiles(LogRung rung, Action<Step> at) : ILogFiles
{
    private readonly LogFiles _files = new();

    public IHomeFiles Home => _files.Home;

    public int BlockBytes(SafeFileHandle file) => _files.BlockBytes(file);

    public long StartOfData(SafeFileHandle file) => _files.StartOfData(file);

    public long NextData(SafeFileHandle file, long from) => _files.NextData(file, from);

    public long NextHole(SafeFileHandle file, long from) => _files.NextHole(file, from);

    public bool Punch(SafeFileHandle file, long end)
    {
        at(Step.Punch);
        var isPunched = rung != LogRung.Reader && _files.Punch(file, end);
        at(Step.Punched);
        return isPunched;
    }

    public bool Collapse(SafeFileHandle file, long end)
    {
        at(Step.Collapse);
        var isCut = rung == LogRung.Collapse && _files.Collapse(file, end);
        at(Step.Collapsed);
        return isCut;
    }

    public bool Copy(SafeFileHandle from, long start, long end, SafeFileHandle to, long place)
    {
        at(Step.Copy);
        var isCopied = _files.Copy(from, start, end, to, place);
        at(Step.Copied);
        return isCopied;
    }

    public SafeFileHandle? OpenNameless(string folder) => _files.OpenNameless(folder);

    public LogRung? KnownOf(string folder) => rung == LogRung.Reader ? null : rung;

    public (ulong Device, ulong Number) IdentityOf(SafeFileHandle file) => _files.IdentityOf(file);

    public bool IsRegular(string path) => _files.IsRegular(path);

    public bool TryLockTurn(SafeFileHandle file) => _files.TryLockTurn(file);

    public void Lock(SafeFileHandle file) => _files.Lock(file);
}
