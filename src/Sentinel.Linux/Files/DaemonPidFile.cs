namespace Sentinel.Linux.Files;

/// <summary>
/// Says the daemon's pid for as long as it runs, to people and scripts. It is information only: the lock is what tells that a daemon
/// runs, and one that is killed leaves the file.
/// </summary>
public sealed class DaemonPidFile : IDisposable
{
    private readonly string _path;

    /// <param name="warn">Is told why the file could not be written; the daemon needs none.</param>
    public DaemonPidFile(string path, Action<string> warn)
    {
        _path = path;
        try
        {
            File.WriteAllText(path, $"{Environment.ProcessId}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn(e.Message);
        }
    }

    public void Dispose() => Remove(_path);

    /// <summary>Removes what a daemon has left, if it is there.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is information only.
        }
    }
}
