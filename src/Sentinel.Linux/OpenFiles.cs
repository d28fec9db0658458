namespace Sentinel.Linux;

/// <summary>The files that a process has open, as far as we may know.</summary>
public static class OpenFiles
{
    public static IEnumerable<string> Of(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
