namespace Sentinel.Tests.Logs;

/// <summary>A folder of a test's own, gone with it.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder()
        : this(System.IO.Path.GetTempPath())
    {
    }

    /// <param name="place">The folder to make it in: what file system it is on.</param>
    public TempFolder(string place) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(place, $"sentinel-tests-{Guid.NewGuid():N}")).FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        File.WriteAllText(this[name], text);
        File.SetUnixFileMode(this[name], mode);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
