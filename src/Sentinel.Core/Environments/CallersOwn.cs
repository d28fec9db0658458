namespace Sentinel.Core.Environments;

/// <summary>
/// Variables that name the caller's own places and services: their files, the sockets of their session. To another user they are
/// useless, and lead where that user has no business.
/// </summary>
internal static class CallersOwn
{
    private static readonly HashSet<string> Names =
    [
        "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_BIN_HOME",
        "XDG_SESSION_ID", "XDG_SESSION_PATH", "XDG_SEAT_PATH", "XDG_VTNR", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS",
        "DBUS_SESSION_BUS_ADDRESS", "DBUS_STARTER_ADDRESS", "AT_SPI_BUS_ADDRESS", "SESSION_MANAGER", "GNOME_KEYRING_CONTROL",
        "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "GNUPGHOME", "KRB5CCNAME",
        "XAUTHORITY", "ICEAUTHORITY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "PULSE_RUNTIME_PATH", "PULSE_COOKIE", "PIPEWIRE_RUNTIME_DIR",
        "I3SOCK", "SWAYSOCK", "TMUX", "STY", "NOTIFY_SOCKET",
        "MAIL", "MAILDIR", "HISTFILE", "ZDOTDIR", "OLDPWD",
    ];

    // The folders of sessions; see pam_systemd(8) and pam_tmpdir(8).
    private static readonly string[] Sessions = ["/run/user/", "/tmp/user/"];

    public static bool Has(EnvironmentEntry variable) => Names.Contains(variable.Name) || IsInSession(variable.Value);

    // A single place, or the address of a socket there; a list of places such as PATH stays.
    private static bool IsInSession(string value) => Sessions.Any(folder =>
        (value.StartsWith(folder, StringComparison.Ordinal) && !value.Contains(':'))
        || (value.StartsWith("unix:", StringComparison.Ordinal) && value.Contains(folder, StringComparison.Ordinal)));
}
