using System.Globalization;
using System.Text;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Groups;

/// <summary>Reads the files of a control group, which may disappear meanwhile: then they are empty.</summary>
internal static class GroupFile
{
    private const int MostBytes = 4096;

    public static string Read(string group, string file)
    {
        var path = Path.Combine(group, file);
        // Without a stream: a stop asks each of a thousand groups.
        Span<byte> text = stackalloc byte[MostBytes];
        var length = ProcFile.Read(Encoding.UTF8.GetBytes(path + '\0'), text);
        // A longer file comes in pieces of almost a page.
        if (length < MostBytes / 2)
            return Encoding.UTF8.GetString(text[..Math.Max(0, length)]);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The groups directly below one.</summary>
    public static string[] Below(string group)
    {
        try
        {
            return Directory.GetDirectories(group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static string[] Words(string group, string file) => Read(group, file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The number that is all of a file, or follows a word in it; null when there is none.</summary>
    public static long? Number(string group, string file, string? after = null)
    {
        var words = Words(group, file);
        var at = after is null ? 0 : Array.IndexOf(words, after) + 1;
        return (after is null || at > 0) && at < words.Length && long.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
