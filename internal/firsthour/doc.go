// Package firsthour leads an administrator who has never heard of the program to a first plan:
// it proposes rules from what a directory holds, writes a commented configuration, and says step
// by step what to enter in which admin page of Kiteworks.
//
// It opens no connection and writes no file; cmd does both, and imports it. It imports access, config, guard,
// directory for what was counted there, and doctor for what the application must be allowed.
package firsthour
