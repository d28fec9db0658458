namespace Sentinel.Core.Host;

/// <summary>Small files that people write by hand.</summary>
public interface IRegularFiles
{
    /// <summary>All of a file; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, is larger than <paramref name="mostBytes"/>, or would keep us waiting, as a pipe does.</exception>
    byte[]? Read(string path, int mostBytes);
}
