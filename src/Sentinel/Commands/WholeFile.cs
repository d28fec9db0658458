namespace Sentinel.Commands;

/// <summary>A file that is there as a whole or not at all, however we end.</summary>
internal static class WholeFile
{
    /// <param name="write">Writes all of it.</param>
    /// <param name="overwrite">Whether it takes the place of what is there.</param>
    /// <param name="mode">Null: as the umask has it.</param>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="IOException">It cannot be written, or is there and stays.</exception>
    public static long Write(string path, Action<Stream> write, bool overwrite, UnixFileMode? mode = null)
    {
        var part = $"{path}.{Environment.ProcessId}";
        try
        {
            using var file = new FileStream(part, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
            write(file);
            file.Flush(flushToDisk: true);
            File.Move(part, path, overwrite);
            return file.Length;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
