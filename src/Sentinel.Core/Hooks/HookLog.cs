using Sentinel.Core.Home;
using Sentinel.Core.Host;

namespace Sentinel.Core.Hooks;

/// <summary>Keeps what hooks write: the end of it, in a log of bounded size and one before that.</summary>
/// <param name="warn">Receives, as a sentence, what the user should know.</param>
public sealed class HookLog(SentinelHome home, IHomeFiles files, Action<string> warn)
{
    private const long MostBytes = 1024 * 1024;

    public void Write(string hook, ReadOnlyMemory<byte> written)
    {
        if (written.IsEmpty)
            return;
        var path = home.HookLog(hook);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (files.LengthOf(path) >= MostBytes)
                File.Move(path, $"{path}.1", overwrite: true);
            using var log = files.OpenOrMake(path);
            RandomAccess.Write(log, written.Span, RandomAccess.GetLength(log));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"what the hook {hook} wrote cannot be kept: {e.Message}");
        }
    }
}
