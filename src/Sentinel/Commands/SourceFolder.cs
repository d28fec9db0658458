using System.Text;
using Sentinel.Core.Imports;

namespace Sentinel.Commands;

/// <summary>The folder of a file that is imported.</summary>
internal sealed class SourceFolder(string folder) : ISourceFolder
{
    public string Path => folder;

    public string? Read(string path)
    {
        try
        {
            return TextOf(System.IO.Path.Combine(folder, path));
        }
        catch (Exception e) when (e is ImportException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public IEnumerable<string> FilesIn(string path)
    {
        try
        {
            var files = Directory.EnumerateFiles(System.IO.Path.Combine(folder, path));
            return [.. files.Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <exception cref="ImportException">It is too large, or not text.</exception>
    public static string TextOf(string path)
    {
        if (!File.Exists(path))
            throw new ImportException($"{path}: there is no such file");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // Four bytes are the most that a character takes. A device has no length, and no end perhaps.
        var bytes = new byte[Importer.MostCharacters + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > Importer.MostCharacters)
            throw new ImportException($"{path}: it is larger than {Importer.MostCharacters / 1024 / 1024} MB, which no file of this kind is");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw new ImportException($"{path}: it is not text in UTF-8");
        }
    }
}
