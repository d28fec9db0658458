namespace Sentinel.Core.Host;

/// <summary>Small files that people write by hand.</summary>
public interface IRegularFiles
{
    /// <summary>The whole content of a file; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, exceeds <paramref name="mostBytes"/>, or could block, as a pipe does.</exception>
    /// <exception cref="UnauthorizedAccessException">The reader may not read it.</exception>
    /// <param name="reader">The user with whose rights it is read; null: with ours.</param>
    byte[]? Read(string path, int mostBytes, Account? reader = null);

    /// <summary>The whole content of a file in Sentinel's own folder; null when there is none.</summary>
    /// <inheritdoc cref="Read"/>
    byte[]? ReadOfHome(string path, int mostBytes);
}
